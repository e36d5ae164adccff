import type { Clock, KeyStore, SessionRecord } from '@errand/core';
import { type Actor, LOCAL_ACTOR } from '../actor.ts';
import { actorOfKey } from '../keys/authenticate.ts';
import { hashSecret } from '../keys/secret.ts';

/** A ticket lies in an address, so it is good for as long as a browser takes to open it. */
const TICKET_MS = 60_000;
const PASS_MS = 14 * 24 * 3_600_000;

export interface SessionPassParts {
  readonly keys: KeyStore;
  readonly clock: Pick<Clock, 'now'>;
}

export interface MadePass {
  readonly secret: string;
  readonly expiresAt: number;
}

type Of = Pick<SessionRecord, 'id'>;

/** A ticket with which a browser gets a pass to this one session, once and within a minute, as this key. */
export async function createSessionTicket(
  parts: SessionPassParts,
  { session, keyId, secret }: { readonly session: Of; readonly keyId: string; readonly secret: string },
): Promise<MadePass> {
  const expiresAt = parts.clock.now() + TICKET_MS;
  await parts.keys.insertSignIn({ hash: boundHash(session, secret), kind: 'ticket', keyId, expiresAt });
  return { secret, expiresAt };
}

/** Turns a ticket into a pass, which ends with its key; null where it was used before, is too old, or is one of another session. */
export async function redeemSessionTicket(
  { keys, clock }: SessionPassParts,
  { session, ticket, secret }: { readonly session: Of; readonly ticket: string; readonly secret: string },
): Promise<MadePass | null> {
  const taken = await keys.takeSignIn(boundHash(session, ticket));
  const now = clock.now();
  if (taken === null || taken.kind !== 'ticket' || taken.expiresAt <= now) return null;
  const expiresAt = now + PASS_MS;
  const { keyId } = taken;
  await keys.insertSignIn({ hash: boundHash(session, secret), kind: 'cookie', keyId, expiresAt });
  return { secret, expiresAt };
}

/** Who has the pass to this session; null: it is none. */
export async function actorOfPass(
  parts: SessionPassParts,
  { session, secret }: { readonly session: Of; readonly secret: string },
): Promise<Actor | null> {
  const pass = await parts.keys.signIn(boundHash(session, secret));
  if (pass === null || pass.kind !== 'cookie' || pass.expiresAt <= parts.clock.now()) return null;
  return pass.keyId === LOCAL_ACTOR.id ? LOCAL_ACTOR : await actorOfKey(parts, pass.keyId);
}

/** No secret of a sign-in to the control plane has such a hash, and none of another session. */
function boundHash({ id }: Of, secret: string): string {
  return `${id} ${hashSecret(secret)}`;
}
