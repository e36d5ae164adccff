import { covers } from '../vocabulary/owner.ts';
import type { Role } from '../vocabulary/role.ts';

/** An API credential. The secret itself is never stored, only its hash. */
export interface KeyRecord {
  readonly id: string;
  /** SHA-256 of the secret, hex. Secrets have 256 random bits, so a fast hash cannot be searched. */
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  readonly owner: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

/** May the key be used at this time? */
export function isLive(key: KeyRecord, now: number): boolean {
  return key.expiresAt === null || now < key.expiresAt;
}

/** May the key see what `owner` owns? Admins see everything, others their own owner path and what is below it. */
export function maySee(key: Pick<KeyRecord, 'role' | 'owner'>, owner: string): boolean {
  if (key.role === 'agent') return false;
  return key.role === 'admin' || covers(key.owner, owner);
}

/** May the key create and change what `owner` owns? As {@link maySee}, viewers never. */
export function mayTouch(key: Pick<KeyRecord, 'role' | 'owner'>, owner: string): boolean {
  return key.role !== 'viewer' && maySee(key, owner);
}
