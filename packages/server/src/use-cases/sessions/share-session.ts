import { ErrandError, type Ids, type SessionRecord, type Share } from '@errand/core';
import { addressOf } from '../../proxy/session-place.ts';
import type { Actor } from '../actor.ts';
import { hashSecret } from '../keys/secret.ts';
import { type AskSessionParts, askSession } from './ask-session.ts';
import { type OpenSessionParts, placeOf } from './open-session.ts';

export interface ShareSessionParts extends AskSessionParts, Pick<OpenSessionParts, 'clock' | 'place'> {
  readonly ids: Ids;
}

export interface ShareWish {
  readonly word: string;
  readonly level: Share['level'];
  /** Of a link. */
  readonly forMs: number | null;
}

export interface SharedSession {
  readonly session: SessionRecord;
  /** The link with its secret, which nobody can be told again; null at other levels. */
  readonly link: string | null;
}

/** A link that says nothing of its end is good for a day. */
const LINK_MS = 24 * 3_600_000;

/** Decides who may reach the ports of a session. What was shared before ends: a new link makes the one before it useless. */
export async function shareSession(
  parts: ShareSessionParts,
  actor: Actor,
  { word, level, forMs }: ShareWish,
): Promise<SharedSession> {
  if (forMs !== null && level !== 'link')
    throw new ErrandError('invalid', 'for is how long a link is good; leave it out, or share with a link');
  const now = parts.clock.now();
  const secret = parts.ids.secret(32);
  const share: Share =
    level === 'link' ? { level, hash: hashSecret(secret), expiresAt: now + (forMs ?? LINK_MS) } : { level };
  const place = level === 'link' ? placeOf(parts) : null;
  const session = await askSession(parts, { actor, word }, { kind: 'share', share, by: actor.name, now });
  if (place === null) return { session, link: null };
  const address = addressOf(place, { subdomain: session.subdomain, port: null });
  const query = new URLSearchParams({ link: secret });
  return { session, link: `${address}/.errand/open?${query.toString()}` };
}
