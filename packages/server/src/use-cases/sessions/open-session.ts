import { type Clock, ErrandError, type Ids, isSubdomain, reachOf, type SessionRecord } from '@errand/core';
import { addressOf, type SessionPlace } from '../../proxy/session-place.ts';
import { type Actor, checkSees } from '../actor.ts';
import { type SeeSessionParts, seeSession } from './see-session.ts';
import { createSessionTicket, type SessionPassParts } from './session-pass.ts';

export interface OpenSessionParts extends SeeSessionParts, SessionPassParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly place: SessionPlace | null;
}

export interface OpenWish {
  /** Id, name or subdomain. */
  readonly word: string;
  /** As the session sees it; null: its first. */
  readonly port: number | null;
  /** Where the browser goes, with its query. */
  readonly path: string;
}

export interface OpenedSession {
  /** Without a ticket. */
  readonly address: string;
  /** For one browser, once, within a minute. */
  readonly link: string;
  readonly expiresAt: number;
}

/** Where a port of a session is reached, with a ticket that lets one browser in as the actor. `not_found` where the actor may not reach it. */
export async function openSession(
  parts: OpenSessionParts,
  actor: Actor,
  { word, port, path }: OpenWish,
): Promise<OpenedSession> {
  const session = await reachedSession(parts, actor, word);
  const address = addressOf(placeOf(parts), { subdomain: session.subdomain, port });
  const secret = parts.ids.secret(32);
  const ticket = await createSessionTicket(parts, { session, keyId: actor.id, secret });
  const query = new URLSearchParams({ ticket: secret, to: path });
  return {
    address: `${address}${path}`,
    link: `${address}/.errand/open?${query.toString()}`,
    expiresAt: ticket.expiresAt,
  };
}

/** The place of sessions; `conflict` where nothing is listened on. */
export function placeOf({ place }: Pick<OpenSessionParts, 'place'>): SessionPlace {
  if (place !== null) return place;
  throw new ErrandError(
    'conflict',
    'this control plane does not listen for browsers; start one with errand up',
  );
}

/** A team may reach by its subdomain what it may not see in lists. */
async function reachedSession(parts: OpenSessionParts, actor: Actor, word: string): Promise<SessionRecord> {
  const shared = isSubdomain(word) ? await parts.sessions.bySubdomain(word) : null;
  const reaches = (session: SessionRecord): boolean =>
    reachOf(session, { key: actor, linkHash: null }, parts.clock.now()) !== null;
  if (shared !== null && reaches(shared)) return shared;
  const session = await seeSession(parts, actor, word);
  if (!reaches(session)) checkSees(actor, undefined, 'session');
  return session;
}
