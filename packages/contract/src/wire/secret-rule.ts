/**
 * Why a value cannot be a secret, as the end of a sentence that begins with its name; null where it can. Secrets are masked wherever they occur in
 * what a command writes, so a value that also occurs by chance would hide innocent text, and by its masks tell everybody what it is. The same rule at
 * submission and in the agent, for what its own file says. Never shows the value.
 */
export function secretFault(value: string): string | null {
  const core = coreOfSecret(value);
  const length = Array.from(core).length;
  if (length < SECRET_MIN_CHARACTERS) {
    const has = length === 1 ? '1 character' : `${length} characters`;
    return `has ${has}; under ${SECRET_MIN_CHARACTERS} it would occur in other text by chance, and its masks would give it away: use a longer one, or pass it as an ordinary variable`;
  }
  if (encoder.encode(value).length > SECRET_MAX_BYTES)
    return `has more than ${SECRET_MAX_BYTES} bytes, which is more than can be looked for in all that a command writes: put it into a file on the machine`;
  if (new Set(core).size < DISTINCT_CHARACTERS)
    return 'repeats so few different characters that it would occur in other text by chance: use a random value, or pass it as an ordinary variable';
  if (COMMON.has(core.toLowerCase()))
    return 'is a common word, so masking it would hide ordinary text and give it away: use a random value, or pass it as an ordinary variable';
  return null;
}

/** What of a secret is looked for: without the line breaks around it, which a shell cuts off and an editor adds. */
export function coreOfSecret(value: string): string {
  return value.replace(/^[\r\n]+|[\r\n]+$/g, '');
}

/** Eight random characters occur by chance in no log; passwords shorter than that are no secret to anybody. */
export const SECRET_MIN_CHARACTERS = 8;
/** Private keys and service accounts have a few thousand. */
export const SECRET_MAX_BYTES = 16_384;
const DISTINCT_CHARACTERS = 4;
const encoder = new TextEncoder();

/** What stands in configuration where somebody has not set a secret yet, and words that every log has. */
const COMMON: ReadonlySet<string> = new Set([
  '/bin/bash',
  '/usr/bin',
  '/usr/local/bin',
  '01234567',
  '0123456789',
  '12345678',
  '123456789',
  '1234567890',
  '127.0.0.1',
  'abcdefgh',
  'administrator',
  'changeme',
  'changeit',
  'change-me',
  'change_me',
  'database',
  'development',
  'disabled',
  'en_us.utf-8',
  'example.com',
  'iloveyou',
  'internal',
  'letmein!',
  'localhost',
  'not-a-secret',
  'not-set',
  'passw0rd',
  'password',
  'password1',
  'password123',
  'placeholder',
  'postgres',
  'postgresql',
  'production',
  'qwertyui',
  'qwertyuiop',
  'replaceme',
  'superuser',
  'trustno1',
  'undefined',
  'username',
  'xterm-256color',
]);
