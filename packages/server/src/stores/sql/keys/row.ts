import type { KeyRecord, SignIn } from '@errand/core';
import type { Role } from '@errand/core/vocabulary';
import type { KeysTable, SignInsTable } from '../schema.ts';

export function keyRow(key: KeyRecord): KeysTable {
  return {
    id: key.id,
    hash: key.hash,
    name: key.name,
    role: key.role,
    owner: key.owner,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    last_used_at: key.lastUsedAt,
  };
}

export function keyOf(row: KeysTable): KeyRecord {
  return {
    id: row.id,
    hash: row.hash,
    name: row.name,
    // The table admits nothing else.
    role: row.role as Role,
    owner: row.owner,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}

export function signInRow({ hash, kind, keyId, expiresAt }: SignIn): SignInsTable {
  return { hash, kind, key_id: keyId, expires_at: expiresAt };
}

export function signInOf(row: SignInsTable): SignIn {
  return { hash: row.hash, kind: row.kind as SignIn['kind'], keyId: row.key_id, expiresAt: row.expires_at };
}
