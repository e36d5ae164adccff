import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ErrandError } from '@errand/core';
import { lookupFor, mayCall } from './public-address.ts';

/** A server that sends nothing for this long is given up. */
const SILENT_MS = 30_000;

/** Throws `invalid` for a URL that this machine must not be made to call. */
export function checkSource(url: string, allowed: readonly string[]): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && mayCall(url, allowed)) return;
  throw new ErrandError(
    'invalid',
    `${shown(url)} is not allowed; it must be an https address outside of private networks, or a host named in sessions.fetchFrom`,
  );
}

export interface Asking {
  /** Hosts that may be called although they lie in private networks, or have no TLS. */
  readonly allowed: readonly string[];
  readonly signal: AbortSignal;
}

/** The bytes behind a URL as they come. Throws where it must not be called, rejects with a sentence where it does not answer 200. Redirects are not followed. */
export async function fetchFile(url: string, asking: Asking): Promise<AsyncIterable<Uint8Array>> {
  const answer = await askUrl(url, asking);
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  throw new ErrandError('unavailable', `${shown(url)} answers ${answer.statusCode}`);
}

/** The answer to a GET, whatever its status; it is read, or destroyed. Throws and rejects as `fetchFile` does where nothing answers. */
export async function askUrl(url: string, { allowed, signal }: Asking): Promise<IncomingMessage> {
  checkSource(url, allowed);
  const target = new URL(url);
  const make = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const lookup = lookupFor(target.hostname, allowed);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = make(target, { signal, ...(lookup === undefined ? {} : { lookup }) }, resolve);
  request.setTimeout(SILENT_MS, () => request.destroy(new Error('it sends nothing')));
  request.on('error', (cause) =>
    reject(new ErrandError('unavailable', `${shown(url)} cannot be fetched: ${cause.message}`, { cause })),
  );
  request.end();
  return await promise;
}

/** Without what may be secret in it: its query, and a user. */
function shown(url: string): string {
  if (!URL.canParse(url)) return url.slice(0, 200);
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
