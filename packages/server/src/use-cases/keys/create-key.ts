import {
  type Clock,
  ErrandError,
  type Ids,
  type KeyRecord,
  type KeyStore,
  mayTouch,
  type Role,
  span,
} from '@errand/core';
import type { Actor } from '../actor.ts';
import { hashSecret } from './secret.ts';

export interface CreateKeyParts {
  readonly keys: Pick<KeyStore, 'insert'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Ids;
}

export interface KeyWish {
  readonly name: string;
  readonly role: Role;
  readonly owner: string;
  readonly expiresInMs: number | null;
}

/** Makes a key. The secret is in the answer and nowhere else. */
export async function createKey(parts: CreateKeyParts, wish: KeyWish): Promise<DrawnKey> {
  const { secret, ...key } = drawKey(parts, wish);
  await parts.keys.insert(key);
  return { ...key, secret };
}

export type DrawnKey = KeyRecord & { readonly secret: string };

/** A key that is not stored yet, and so opens nothing. */
export function drawKey({ clock, ids }: Pick<CreateKeyParts, 'clock' | 'ids'>, wish: KeyWish): DrawnKey {
  const now = clock.now();
  const secret = `err_${ids.secret(32)}`;
  return {
    id: ids.next('key', now),
    secret,
    hash: hashSecret(secret),
    name: wish.name,
    role: wish.role,
    owner: wish.owner,
    createdAt: now,
    expiresAt: wish.expiresInMs === null ? null : now + wish.expiresInMs,
    lastUsedAt: null,
  };
}

/**
 * No key makes one that may do more than itself: only admins make admins, an owner must lie in the maker's scope, and what a key with an end makes ends by
 * then, or the end would be none.
 */
export function checkMayMake(actor: Actor, wish: Omit<KeyWish, 'name'>, now: number): void {
  checkEnd(actor, wish, now);
  if (actor.role === 'admin') return;
  const { role, owner } = wish;
  const weaker = role === 'viewer' || role === 'member' || role === actor.role;
  if (!weaker || role === 'agent' || !mayTouch(actor, owner)) {
    throw new ErrandError(
      'forbidden',
      `a key with the role ${actor.role} of ${actor.owner} may not make one with the role ${role} of ${owner}`,
    );
  }
}

function checkEnd({ expiresAt }: Actor, { expiresInMs }: Pick<KeyWish, 'expiresInMs'>, now: number): void {
  if (expiresAt === null || (expiresInMs !== null && now + expiresInMs <= expiresAt)) return;
  const left = span(Math.max(0, expiresAt - now));
  throw new ErrandError(
    'forbidden',
    `this key ends in ${left}, and may not make one that ends later; give expiresIn of at most that`,
  );
}
