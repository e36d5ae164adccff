import type { KeyRecord } from '../key/record.ts';

/** Keys, sign-in tickets and sign-ins of browsers. Durability and concurrency as with the run store. */
export interface KeyStore {
  insert(key: KeyRecord): Promise<void>;
  byHash(hash: string): Promise<KeyRecord | null>;
  get(id: string): Promise<KeyRecord | null>;
  /** Those of an owner path and below it (all for null), oldest first. */
  list(ownerScope: string | null): Promise<KeyRecord[]>;
  /** Also ends every sign-in and ticket made with it. False where there is no such key. */
  remove(id: string): Promise<boolean>;
  /** Notes a use; never moves back. */
  touch(id: string, at: number): Promise<void>;
  /** A ticket (one use) or a sign-in (until it expires), by the hash of its secret. */
  insertSignIn(signIn: SignIn): Promise<void>;
  signIn(hash: string): Promise<SignIn | null>;
  /** Removes and returns it: of two concurrent calls one gets it. */
  takeSignIn(hash: string): Promise<SignIn | null>;
  /** Forgets those that expired before `now`. */
  sweepSignIns(now: number): Promise<void>;
}

export interface SignIn {
  readonly hash: string;
  readonly kind: 'ticket' | 'cookie';
  readonly keyId: string;
  readonly expiresAt: number;
}
