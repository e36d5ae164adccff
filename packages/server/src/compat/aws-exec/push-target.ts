import { lookup as resolveName } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ErrandError } from '@errand/core';

const ANSWER_MS = 60_000;

/** Addresses that are reached from this machine but not from where the caller is: RFC 6890, with what clouds tell their machines. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6');

/** Throws `invalid` for an address that this machine must not be made to call: one without TLS or within its own networks, unless allowed by name. */
export function checkTarget(url: string, allowed: readonly string[]): void {
  const { protocol, hostname } = new URL(url);
  if (allowed.includes(hostname)) return;
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'https:' && (isIP(literal) === 0 || !isPrivate(literal))) return;
  throw new ErrandError(
    'invalid',
    `push-urls: ${protocol}//${hostname} is not allowed; they must be https addresses outside of private networks, or hosts named in compat.awsExec.pushTo`,
  );
}

/** One PUT of a whole body. Resolves with the status; rejects where nothing answers in time. Redirects are not followed. */
export function putTo(url: string, body: Uint8Array, allowed: readonly string[]): Promise<number> {
  const target = new URL(url);
  const make = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const lookup = allowed.includes(target.hostname) ? undefined : lookupPublic;
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

/** Looks at the very address that is connected to, so that a name cannot lead elsewhere between the check and the call. */
const lookupPublic: LookupFunction = (name, options, done) => {
  resolveName(name, options, (error, address, family) => {
    const found = typeof address === 'string' ? [address] : (address ?? []).map((each) => each.address);
    const inside = error === null && found.some(isPrivate);
    done(inside ? new Error(`${name} lies in a private network`) : error, address, family);
  });
};

function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return PRIVATE.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
