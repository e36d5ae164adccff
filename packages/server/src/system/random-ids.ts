import { randomBytes } from 'node:crypto';
import type { Ids } from '@errand/core';

/** Crockford's base 32: no letter that could be read as another. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/**
 * Ids as ULIDs are made (10 characters of time in ms, 16 random; github.com/ulid/spec), secrets from the system's random source. Ids of the same ms
 * count up from the first, so that the order of ids is the order in which this process gave them: queues and lists rely on it.
 */
export const randomIds: Ids = {
  next: (prefix, now) => `${prefix}_${encode(now, TIME_CHARACTERS)}${successor(now)}`,
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

let last = { now: -1, text: '' };

function successor(now: number): string {
  last = { now, text: now === last.now ? increment(last.text) : randomText() };
  return last.text;
}

/** The next text in the order of the alphabet. */
function increment(text: string): string {
  const digit = ALPHABET.indexOf(text.at(-1) ?? '');
  const head = text.slice(0, -1);
  const carries = digit === ALPHABET.length - 1 && head !== '';
  return carries
    ? `${increment(head)}${ALPHABET.charAt(0)}`
    : `${head}${ALPHABET.charAt((digit + 1) % ALPHABET.length)}`;
}

function encode(value: number, characters: number): string {
  let rest = value;
  let text = '';
  for (let place = 0; place < characters; place++) {
    text = ALPHABET.charAt(rest % ALPHABET.length) + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}

/** Begins low, so that counting up within a ms never runs over. */
function randomText(): string {
  const letters = Array.from(randomBytes(RANDOM_CHARACTERS), (byte) =>
    ALPHABET.charAt(byte % ALPHABET.length),
  );
  return ALPHABET.charAt(0) + letters.slice(1).join('');
}
