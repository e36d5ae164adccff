import type { IncomingMessage } from 'node:http';
import { confinedCookie, foreignCookies } from './own-cookie.ts';

/** Of one connection, never passed on (RFC 9110, 7.6.1); what concerns the body is seen to apart. */
const HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
]);

/** Whoever is behind us believes these, so only we say them. */
const SAID_BY_US = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-real-ip',
]);

/** Our keys begin like this; other credentials belong to what runs in the session. */
export const OWN_BEARER = /^Bearer\s+(err_\S{1,200})\s*$/i;

export interface PassedRequest {
  /** Where whoever asks is. */
  readonly address: string;
  readonly secure: boolean;
  /** What was taken off the front of its path; null: nothing. */
  readonly prefix: string | null;
  /** false: none of its cookies are the session's. */
  readonly cookies: boolean;
}

/**
 * The headers of a request as the session sees them: in their order, ours left out. The length of the body stays as the parser read it, whatever
 * `Connection` names: one side that saw a body and one that did not would disagree on where the next request begins.
 */
export function passedRequestHeaders(request: IncomingMessage, how: PassedRequest): string[] {
  const named = namedIn(request.headers.connection);
  const passed: string[] = [];
  for (const [name, value] of pairs(request.rawHeaders)) {
    const lower = name.toLowerCase();
    if (lower === 'content-length' || lower === 'host') passed.push(name, value);
    else if (HOP.has(lower) || SAID_BY_US.has(lower) || named.has(lower)) continue;
    else if (lower === 'authorization' && OWN_BEARER.test(value)) continue;
    else if (lower === 'cookie') {
      const cookies = how.cookies ? foreignCookies(value) : null;
      if (cookies !== null) passed.push(name, cookies);
    } else passed.push(name, value);
  }
  passed.push('X-Forwarded-For', how.address);
  passed.push('X-Forwarded-Host', request.headers.host ?? '');
  passed.push('X-Forwarded-Proto', how.secure ? 'https' : 'http');
  if (how.prefix !== null) passed.push('X-Forwarded-Prefix', how.prefix);
  return passed;
}

/** Headers of an answer; `change` gives each its new value, or null to leave it out. */
export function passedAnswerHeaders(
  answer: IncomingMessage,
  change: (lower: string, value: string) => string | null,
): string[] {
  const named = namedIn(answer.headers.connection);
  const passed: string[] = [];
  for (const [name, value] of pairs(answer.rawHeaders)) {
    const lower = name.toLowerCase();
    if (HOP.has(lower) || (named.has(lower) && lower !== 'content-length')) continue;
    const changed = change(lower, value);
    if (changed !== null) passed.push(name, changed);
  }
  return passed;
}

/** An answer on the session's own host. */
export function onOwnHost(lower: string, value: string): string | null {
  return lower === 'set-cookie' ? confinedCookie(value) : value;
}

function namedIn(connection: string | undefined): ReadonlySet<string> {
  return new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

function* pairs(raw: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let at = 0; at + 1 < raw.length; at += 2) yield [raw[at] ?? '', raw[at + 1] ?? ''];
}
