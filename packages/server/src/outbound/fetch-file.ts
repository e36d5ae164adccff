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

/** The bytes behind a URL as they come. Throws where it must not be called, rejects with a sentence where it does not answer 200. Redirects are not followed. */
export function fetchFile(
  url: string,
  { allowed, signal }: { readonly allowed: readonly string[]; readonly signal: AbortSignal },
): Promise<AsyncIterable<Uint8Array>> {
  checkSource(url, allowed);
  const target = new URL(url);
  const make = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const lookup = lookupFor(target.hostname, allowed);
  return new Promise((resolve, reject) => {
    const told = (why: string, cause?: unknown): void =>
      reject(new ErrandError('unavailable', `${shown(url)} ${why}`, { cause }));
    const request = make(
      target,
      { signal, ...(lookup === undefined ? {} : { lookup }) },
      (answer: IncomingMessage) => {
        if (answer.statusCode === 200) return resolve(answer);
        answer.resume();
        told(`answers ${answer.statusCode}`);
      },
    );
    request.setTimeout(SILENT_MS, () => request.destroy(new Error('it sends nothing')));
    request.on('error', (error) => told(`cannot be fetched: ${error.message}`, error));
    request.end();
  });
}

/** Without what may be secret in it: its query, and a user. */
function shown(url: string): string {
  if (!URL.canParse(url)) return url.slice(0, 200);
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
