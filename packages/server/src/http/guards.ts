import { ErrandError } from '@errand/core';

export interface GuardOptions {
  /** Names under which this control plane may be asked, beside loopback ones and IP addresses; without port. */
  readonly hosts: readonly string[];
  /** Bound to loopback: only loopback names are known. */
  readonly loopback: boolean;
}

const LOOPBACK = new Set(['localhost', 'errand.localhost', '127.0.0.1', '[::1]']);

/**
 * A name that is not ours reached us by DNS rebinding or by mistake: 421 (RFC 9110, 15.5.20). A page of another origin must not be able to use
 * a browser's cookie, nor to write with a key it was given: browsers say the origin of every write and of what scripts fetch elsewhere.
 */
export function checkOrigin(request: Request, { hosts, loopback }: GuardOptions): void {
  const host = request.headers.get('host') ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const known = LOOPBACK.has(name) || hosts.includes(name) || (!loopback && isAddress(name));
  if (!known) {
    throw new ErrandError(
      'misdirected',
      `this control plane is not called ${name || 'by an empty name'}; ask it by its own name`,
    );
  }
  const origin = request.headers.get('origin');
  if (origin !== null && !isOwnOrigin(origin, host)) {
    throw new ErrandError('forbidden', 'pages of other origins may not talk to this control plane');
  }
  // Without an Origin (a plain GET) browsers still say where a request comes from.
  if (origin === null && isFromElsewhere(request) && !isNavigation(request)) {
    throw new ErrandError('forbidden', 'pages of other origins may not talk to this control plane');
  }
}

/** Sessions are other origins of the same site: their hosts are siblings of this one. */
function isFromElsewhere({ headers }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}

function isOwnOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Somebody followed a link to a page of ours. */
function isNavigation(request: Request): boolean {
  return request.method === 'GET' && request.headers.get('sec-fetch-mode') === 'navigate';
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}
