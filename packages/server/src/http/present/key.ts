import type { Key } from '@errand/contract';
import type { KeyRecord } from '@errand/core';

/** A key as the API shows it: never its hash. */
export function presentKey(key: KeyRecord): Key {
  return {
    id: key.id,
    name: key.name,
    role: key.role,
    owner: key.owner,
    createdAt: new Date(key.createdAt).toISOString(),
    expiresAt: key.expiresAt === null ? null : new Date(key.expiresAt).toISOString(),
    lastUsedAt: key.lastUsedAt === null ? null : new Date(key.lastUsedAt).toISOString(),
  };
}
