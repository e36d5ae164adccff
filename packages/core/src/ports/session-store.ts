import type { SessionRecord } from '../session/record.ts';
import type { SessionState } from '../vocabulary/session-state.ts';
import type { Idempotency, Page } from './run-store.ts';

/**
 * Sessions. Durability, concurrency and the guard by version as with the run store. A session is over once its state is `deleted` or
 * `failed`; those that are over no longer count for names, subdomains and quotas.
 */
export interface SessionStore {
  /**
   * Adds a new session (version 1), or says what is in the way; then nothing was added. Of concurrent calls for one name or one subdomain one succeeds,
   * and no number of concurrent calls exceeds a quota. With an idempotency key that `createdBy` used before, that one's answer comes first.
   */
  insert(session: SessionRecord, how: InsertSession): Promise<InsertedSession>;
  get(id: string): Promise<SessionRecord | null>;
  /** The session of this name that is not over. */
  byName(owner: string, name: string): Promise<SessionRecord | null>;
  /** The session of this subdomain that is not over. */
  bySubdomain(subdomain: string): Promise<SessionRecord | null>;
  /** Replaces the record if the stored version is `session.version - 1`, else changes nothing. */
  save(session: SessionRecord): Promise<'saved' | 'stale'>;
  /** Sessions whose `sessionWakeAt` is not after `now`, earliest first. */
  due(now: number, limit: number): Promise<SessionRecord[]>;
  /** Those that are made for runs and are not over, oldest first. */
  forRuns(): Promise<SessionRecord[]>;
  /** Newest first. */
  list(filter: SessionFilter, page: Page): Promise<SessionRecord[]>;
  /** How many there are in each state; without those that are none. */
  count(): Promise<readonly SessionCount[]>;
  /** Sessions that were over before `before`, oldest first. */
  overBefore(before: number, limit: number): Promise<SessionRecord[]>;
  /** The tag of everything that is made for the sessions of this store: `fresh` the first time, the same ever after. */
  tag(fresh: string): Promise<string>;
  /** Forgets sessions that are over. Unknown ids are no error. */
  remove(ids: readonly string[]): Promise<void>;
}

export interface InsertSession {
  readonly idempotency: Idempotency | null;
  readonly quotas: readonly Quota[];
}

/** At most this many sessions of the owner path and everything below it that are not over. */
export interface Quota {
  readonly ownerScope: string;
  readonly most: number;
}

export type InsertedSession =
  | { readonly kind: 'inserted' }
  | { readonly kind: 'repeated'; readonly sessionId: string; readonly fingerprint: string }
  | { readonly kind: 'name_taken' }
  | { readonly kind: 'subdomain_taken' }
  | { readonly kind: 'over_quota'; readonly quota: Quota };

/** All given conditions must hold. `ownerScope`: the owner itself and everything below it. `state`: any of them. */
export interface SessionFilter {
  readonly ownerScope?: string;
  readonly state?: readonly SessionState[];
  readonly provider?: string;
  readonly name?: string;
}

export interface SessionCount {
  readonly state: SessionState;
  readonly count: number;
}
