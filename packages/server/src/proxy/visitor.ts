import type { IncomingMessage } from 'node:http';
import { type Clock, ErrandError, type SessionRecord, type Visitor } from '@errand/core';
import { type Actor, LOCAL_ACTOR } from '../use-cases/actor.ts';
import { actorOfSecret } from '../use-cases/keys/authenticate.ts';
import { hashSecret } from '../use-cases/keys/secret.ts';
import { slowFailure } from '../use-cases/keys/slow-failure.ts';
import { actorOfPass, type SessionPassParts } from '../use-cases/sessions/session-pass.ts';
import { ownCookies } from './own-cookie.ts';
import { OWN_BEARER } from './passed-headers.ts';

/** What a cookie holds: a pass, or the secret of a link. */
export const PASS = 'pass.';
export const LINK = 'link.';

/** A visitor, and the actor behind their key. */
export interface KnownVisitor extends Visitor {
  readonly actor: Actor | null;
}

const NOBODY: KnownVisitor = { key: null, actor: null, linkHash: null };

export interface VisitorParts extends SessionPassParts {
  readonly clock: Clock;
}

export interface Visit {
  /** A session that nobody has, where there is none: the work is the same. */
  readonly session: Pick<SessionRecord, 'id'>;
  readonly secure: boolean;
  /** Came over the socket of the data folder. */
  readonly local: boolean;
}

/** Who asks for a session on its own host: by key, else by cookie. Rejects slowly where a key is not valid. */
export async function visitorOf(
  parts: VisitorParts,
  request: IncomingMessage,
  { session, secure, local }: Visit,
): Promise<KnownVisitor> {
  if (local) return known(LOCAL_ACTOR);
  const byKey = await bearerOf(parts, request);
  if (byKey !== null) return known(byKey);
  // A browser sends cookies for whoever makes it ask.
  if (!isOfOwnPages(request)) return NOBODY;
  let linkHash: string | null = null;
  for (const cookie of ownCookies(request.headers.cookie, secure)) {
    if (cookie.startsWith(LINK)) linkHash ??= hashSecret(cookie.slice(LINK.length));
    if (!cookie.startsWith(PASS)) continue;
    const actor = await actorOfPass(parts, { session, secret: cookie.slice(PASS.length) });
    if (actor !== null) return { ...known(actor), linkHash };
  }
  return { ...NOBODY, linkHash };
}

/** The actor of a key of ours; null where the request brings none. Rejects slowly where it is not valid. */
export async function bearerOf(parts: VisitorParts, request: IncomingMessage): Promise<Actor | null> {
  const secret = OWN_BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (secret === undefined) return null;
  const actor = await actorOfSecret(parts, secret);
  if (actor !== null) return actor;
  await slowFailure(parts.clock);
  throw new ErrandError('unauthenticated', 'this is no valid key; it may have been revoked');
}

function known(actor: Actor): KnownVisitor {
  return { key: actor, actor, linkHash: null };
}

/** Does the request come from a page of this very host, or from somebody who opened an address? */
function isOfOwnPages({ headers, method }: IncomingMessage): boolean {
  const { origin, host = '' } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return false;
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return method === 'GET' && isNavigation({ headers });
}

/** A browser opens a page, in a window of its own. */
export function isNavigation({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}
