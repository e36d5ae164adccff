import { ProviderError, type ProviderErrorKind } from '@errand/core';
import { type EngineAddress, nameOfEngine } from './engine.ts';

/** What went wrong, for the engine's own numbers: they mean different things for different calls. */
export function statusOf(error: unknown): number | null {
  const status = fieldOf(error, 'statusCode');
  return typeof status === 'number' ? status : null;
}

/** Awaits a call and takes these statuses for a plain `null`, such as 404 of something that is gone. */
export async function unless<Answer>(
  call: Promise<Answer>,
  ...statuses: readonly number[]
): Promise<Answer | null> {
  try {
    return await call;
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? -1)) return null;
    throw error;
  }
}

/**
 * An error of the engine as one of the port. The engine tells most things in words only, so here, and only here, its texts are
 * looked at. `about`: what was tried, such as `the image debian:12`.
 */
export function providerError(error: unknown, address: EngineAddress, about: string): ProviderError {
  if (error instanceof ProviderError) return error;
  const text = textOf(error);
  const [kind, sentence] = UNREACHABLE(error, address) ?? sort(text, about);
  return new ProviderError(kind, sentence, { cause: error });
}

type Sorted = readonly [ProviderErrorKind, string];

function UNREACHABLE(error: unknown, address: EngineAddress): Sorted | null {
  const code = fieldOf(error, 'code');
  const where = nameOfEngine(address);
  if (code === 'EACCES')
    return ['auth', `the Docker engine at ${where} may not be used by this user; add it to the group docker`];
  if (typeof code !== 'string' || statusOf(error) !== null) return null;
  return [
    'transient',
    `no Docker engine answers at ${where} (${code}); start it, or set docker.host in errand.yaml`,
  ];
}

/** The first that fits. */
const TEXTS: readonly (readonly [RegExp, ProviderErrorKind, (about: string, text: string) => string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    'capacity',
    (about) =>
      `the disk of the Docker engine is full, so there is no room for ${about}; docker system prune makes some`,
  ],
  [
    /port is already allocated|address already in use|all ports are allocated/i,
    'capacity',
    (about, text) => `a port for ${about} is taken: ${text}`,
  ],
  [
    /unauthorized|authentication required|incorrect username or password/i,
    'auth',
    (about) => `the registry refused the credentials for ${about}; set docker.registries in errand.yaml`,
  ],
  [
    /no such host|connection refused|i\/o timeout|TLS handshake|network is unreachable|server misbehaving|context deadline|Client\.Timeout|\bEOF\b/i,
    'transient',
    (about, text) => `the registry of ${about} cannot be reached: ${text}`,
  ],
  [
    /manifest unknown|manifest for .* not found|not found: manifest|repository does not exist|pull access denied|no such image|name unknown/i,
    'config',
    (about) =>
      `${about} is not there, neither here nor in its registry; check its name, or set docker.registries in errand.yaml`,
  ],
  [
    /no matching manifest/i,
    'config',
    (about) => `${about} is not made for this kind of processor; choose another one`,
  ],
  [
    /invalid reference format|must be lowercase/i,
    'config',
    (about) => `${about} is not a name that an image can have`,
  ],
  [
    /executable file not found|no such file or directory|permission denied|exec format error|no command specified|unable to find user|unable to find group|not a directory/i,
    'config',
    (about, text) => `${about} cannot be started: ${text}`,
  ],
  [
    /cannot allocate memory|memory limit|Minimum memory/i,
    'config',
    (about, text) => `${about} does not get by with this memory: ${text}`,
  ],
];

function sort(text: string, about: string): Sorted {
  for (const [pattern, kind, sentence] of TEXTS)
    if (pattern.test(text)) return [kind, sentence(about, shorten(text))];
  return ['transient', `the Docker engine did not do it for ${about}: ${shorten(text)}`];
}

/** What the engine says in its `message`, else what the error says without the number that the client puts in front. */
function textOf(error: unknown): string {
  const json = fieldOf(error, 'json');
  const said = fieldOf(json, 'message');
  if (typeof said === 'string') return said.trim();
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim();
}

/** Without the layers of programs that passed it on, and the port of one try: the same trouble has the same words. */
function shorten(text: string): string {
  const inner = text
    .replace(
      /^.*?(?:runc create failed|OCI runtime create failed|starting container process caused):\s*/s,
      '',
    )
    .replace(/: unknown$/, '')
    .replace(/\bread (udp|tcp) \S+->/g, 'read $1 ');
  return inner.length > 300 ? `${inner.slice(0, 300)}...` : inner;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
