import type { RunRecord } from '../run/record.ts';
import type { RunStatus } from '../vocabulary/run-state.ts';

/**
 * Runs. The store keeps records, it never decides: every write is a record that `core/run` made, guarded by its version. A method that
 * resolves has made its write durable against `kill -9` of the process. Every method may be called concurrently. Reads see all writes
 * that resolved before them. What a submission decided (what `createRun` is given, and `createdAt`) never changes later, so `save` and `claim` need not
 * write it again.
 */
export interface RunStore {
  /**
   * Adds a new run (version 1). With an idempotency key that `createdBy` used before, nothing is added and the earlier run's id is
   * returned with the fingerprint of the earlier request.
   */
  insert(run: RunRecord, idempotency: Idempotency | null): Promise<InsertedRun>;
  get(id: string): Promise<RunRecord | null>;
  /** Replaces the record if the stored version is `run.version - 1`, else changes nothing. A stale write is a value, not an error. */
  save(run: RunRecord): Promise<'saved' | 'stale'>;
  /**
   * Takes up to `limit` queued runs that the agent may serve, in order of priority (higher first), then of `queuedAt`, then of id; applies `lease` to each
   * and saves the result, all in one transaction. Two concurrent claims never return the same run. `lease` must be pure.
   */
  claim(query: ClaimQuery, lease: (run: RunRecord) => RunRecord | null): Promise<RunRecord[]>;
  /** Runs whose `wakeAt` is not after `now`, earliest first. */
  due(now: number, limit: number): Promise<RunRecord[]>;
  /** Runs that the agent holds: leased or running. */
  heldBy(agentId: string): Promise<RunRecord[]>;
  /** Newest first. */
  list(filter: RunFilter, page: Page): Promise<RunRecord[]>;
  /** How many runs are in each stored state that is not finished, by pool; without those that are none. */
  countOpen(): Promise<readonly OpenCount[]>;
  /** Runs that finished before `before`, oldest first. */
  finishedBefore(before: number, limit: number): Promise<RunRecord[]>;
  /** Forgets finished runs. Unknown ids are no error. */
  remove(ids: readonly string[]): Promise<void>;
}

export interface Idempotency {
  readonly key: string;
  /** Hash of the request, so that the same key with another request can be refused. */
  readonly fingerprint: string;
}

export type InsertedRun =
  | { readonly kind: 'inserted' }
  | { readonly kind: 'repeated'; readonly runId: string; readonly fingerprint: string };

export interface ClaimQuery {
  readonly pool: string;
  readonly agentId: string;
  readonly now: number;
  readonly limit: number;
}

/**
 * All given conditions must hold. `ownerScope`: the owner itself and everything below it. `tags`: each of them. `agentId`: the agent of the
 * latest attempt; before the first, the one the run waits for. `status`: any of them. The times are exclusive.
 */
export interface RunFilter {
  readonly ownerScope?: string;
  readonly status?: readonly RunStatus[];
  readonly pool?: string;
  readonly agentId?: string;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly createdAfter?: number;
  readonly createdBefore?: number;
}

/** `after`: the last run of the page before. */
export interface Page {
  readonly limit: number;
  readonly after: { readonly createdAt: number; readonly id: string } | null;
}

export interface OpenCount {
  readonly pool: string;
  readonly state: 'queued' | 'leased' | 'running';
  readonly count: number;
}
