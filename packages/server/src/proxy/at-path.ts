import type { IncomingMessage } from 'node:http';
import { type SessionHost, sessionLabelOf } from './session-place.ts';

/** On the control plane's own host. */
const AT = '/at/';

/** A session that is asked for by a path, with what is left of it. */
export interface SessionPath {
  readonly host: SessionHost;
  /** `/at/brave-otter`. */
  readonly prefix: string;
  /** With the query; begins with a slash. */
  readonly path: string;
}

/** Does the path lie where sessions are asked for, whether or not it names one? */
export function isAtPath({ url = '' }: Pick<IncomingMessage, 'url'>): boolean {
  return url.startsWith(AT);
}

/** `/at/brave-otter/x?y`, `/at/8080-brave-otter/x`; null: it names no session. */
export function sessionPathOf({ url = '' }: Pick<IncomingMessage, 'url'>): SessionPath | null {
  const [, label = '', path = ''] = /^\/at\/([^/?#]*)([^#]*)$/.exec(url) ?? [];
  const host = sessionLabelOf(label);
  if (host === null) return null;
  return { host, prefix: `${AT}${label}`, path: path.startsWith('/') ? path : `/${path}` };
}

/** What an answer could do to the origin of the control plane, beside what a sandbox forbids. */
const NOT_HERE = new Set([
  'set-cookie',
  'set-cookie2',
  'clear-site-data',
  'strict-transport-security',
  'public-key-pins',
  'service-worker-allowed',
  'alt-svc',
  'nel',
  'report-to',
  'reporting-endpoints',
  'www-authenticate',
  'content-security-policy-report-only',
]);

/** Headers of an answer under `/at/`: it is a guest on the origin of the control plane. */
export function onThisHost(prefix: string): (lower: string, value: string) => string | null {
  return (lower, value) => {
    if (NOT_HERE.has(lower) || lower.startsWith('access-control-')) return null;
    if (lower === 'location' && /^\/(?![/\\])/.test(value)) return `${prefix}${value}`;
    return value;
  };
}

/** Where a browser shows it after all: without scripts, without an origin, and as what it says it is. */
export const SANDBOX: readonly string[] = [
  'Content-Security-Policy',
  "sandbox; default-src 'none'",
  'X-Content-Type-Options',
  'nosniff',
  'Cache-Control',
  'no-store',
];
