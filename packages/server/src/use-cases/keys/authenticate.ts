import { type Clock, isLive, type KeyRecord, type KeyStore } from '@errand/core';
import type { Actor } from '../actor.ts';
import { hashSecret } from './secret.ts';

/** Uses of a key are written down at most this often. */
const TOUCH_EVERY_MS = 60_000;
const TICKET_MS = 10 * 60_000;
const COOKIE_MS = 14 * 24 * 3_600_000;

export interface AuthenticateParts {
  readonly keys: KeyStore;
  readonly clock: Pick<Clock, 'now'>;
}

/** The actor behind a key's secret, or null: unknown, revoked or expired. */
export async function actorOfSecret(parts: AuthenticateParts, secret: string): Promise<Actor | null> {
  return await actorOf(parts, await parts.keys.byHash(hashSecret(secret)));
}

/** The actor behind a browser's cookie, or null. Ends with its key. */
export async function actorOfCookie(parts: AuthenticateParts, cookie: string): Promise<Actor | null> {
  const signIn = await parts.keys.signIn(hashSecret(cookie));
  if (signIn === null || signIn.kind !== 'cookie' || signIn.expiresAt <= parts.clock.now()) return null;
  return await actorOfKey(parts, signIn.keyId);
}

/** The actor behind the id of a key, or null. */
export async function actorOfKey(parts: AuthenticateParts, keyId: string): Promise<Actor | null> {
  return await actorOf(parts, await parts.keys.get(keyId));
}

async function actorOf({ keys, clock }: AuthenticateParts, key: KeyRecord | null): Promise<Actor | null> {
  const now = clock.now();
  if (key === null || !isLive(key, now)) return null;
  // A note that cannot be written, on a full disk for instance, keeps nobody from reading.
  if (now - (key.lastUsedAt ?? 0) >= TOUCH_EVERY_MS) await keys.touch(key.id, now).catch(() => undefined);
  const { id, name, role, owner, expiresAt } = key;
  return { id, name, role, owner, expiresAt, local: false };
}

/** A ticket for one sign-in of a browser with this key, good for ten minutes. */
export async function createTicket(parts: AuthenticateParts, keyId: string, secret: string): Promise<string> {
  const expiresAt = parts.clock.now() + TICKET_MS;
  await parts.keys.insertSignIn({ hash: hashSecret(secret), kind: 'ticket', keyId, expiresAt });
  return secret;
}

/** Turns a ticket into a cookie; null where the ticket was used before or is too old. */
export async function redeemTicket(
  parts: AuthenticateParts,
  ticket: string,
  cookie: string,
): Promise<MadeSignIn | null> {
  const taken = await parts.keys.takeSignIn(hashSecret(ticket));
  if (taken === null || taken.kind !== 'ticket' || taken.expiresAt <= parts.clock.now()) return null;
  return await signIn(parts, taken.keyId, cookie);
}

export interface MadeSignIn {
  readonly keyId: string;
  readonly cookie: string;
  readonly maxAgeMs: number;
}

/** Signs a browser in with a key: whoever brings the cookie acts as the key, for two weeks or until it is revoked. */
export async function signIn(parts: AuthenticateParts, keyId: string, cookie: string): Promise<MadeSignIn> {
  const expiresAt = parts.clock.now() + COOKIE_MS;
  await parts.keys.insertSignIn({ hash: hashSecret(cookie), kind: 'cookie', keyId, expiresAt });
  return { keyId, cookie, maxAgeMs: COOKIE_MS };
}
