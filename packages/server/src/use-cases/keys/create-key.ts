import {
  type Clock,
  ErrandError,
  type Ids,
  type KeyRecord,
  type KeyStore,
  mayTouch,
  type Role,
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
export async function createKey(
  parts: CreateKeyParts,
  wish: KeyWish,
): Promise<KeyRecord & { readonly secret: string }> {
  const now = parts.clock.now();
  const secret = `err_${parts.ids.secret(32)}`;
  const key: KeyRecord = {
    id: parts.ids.next('key', now),
    hash: hashSecret(secret),
    name: wish.name,
    role: wish.role,
    owner: wish.owner,
    createdAt: now,
    expiresAt: wish.expiresInMs === null ? null : now + wish.expiresInMs,
    lastUsedAt: null,
  };
  await parts.keys.insert(key);
  return { ...key, secret };
}

/** No key makes one that may do more than itself: only admins make admins, and an owner must lie in the maker's scope. */
export function checkMayMake(actor: Actor, { role, owner }: Pick<KeyWish, 'role' | 'owner'>): void {
  if (actor.role === 'admin') return;
  const weaker = role === 'viewer' || role === 'member' || role === actor.role;
  if (!weaker || role === 'agent' || !mayTouch(actor, owner)) {
    throw new ErrandError(
      'forbidden',
      `a key with the role ${actor.role} of ${actor.owner} may not make one with the role ${role} of ${owner}`,
    );
  }
}
