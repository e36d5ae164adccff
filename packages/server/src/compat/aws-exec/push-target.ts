import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ErrandError } from '@errand/core';
import { lookupFor, mayCall } from '../../outbound/public-address.ts';

const ANSWER_MS = 60_000;

/** Throws `invalid` for an address that this machine must not be made to call: one without TLS or within its own networks, unless allowed by name. */
export function checkTarget(url: string, allowed: readonly string[]): void {
  if (mayCall(url, allowed)) return;
  const { protocol, hostname } = new URL(url);
  throw new ErrandError(
    'invalid',
    `push-urls: ${protocol}//${hostname} is not allowed; they must be https addresses outside of private networks, or hosts named in compat.awsExec.pushTo`,
  );
}

/** One PUT of a whole body. Resolves with the status; rejects where nothing answers in time. Redirects are not followed. */
export function putTo(url: string, body: Uint8Array, allowed: readonly string[]): Promise<number> {
  const target = new URL(url);
  const make = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const lookup = lookupFor(target.hostname, allowed);
  return new Promise((resolve, reject) => {
    const request = make(
      target,
      {
        method: 'PUT',
        headers: { 'content-length': body.length },
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(lookup === undefined ? {} : { lookup }),
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
