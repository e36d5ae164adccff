import type { JobRecord } from '../job/record.ts';
import type { JobState, JobStatus } from '../vocabulary/job-state.ts';
import type { Idempotency, Page } from './run-store.ts';

/** Jobs. Durability, concurrency and the guard by version as with the run store. */
export interface JobStore {
  /**
   * Adds a new job (version 1), or says what is in the way; then nothing was added. Of concurrent calls for one name one succeeds. A name is taken
   * for as long as its job is kept, finished or not. With an idempotency key that `createdBy` used before, that one's answer comes first.
   */
  insert(job: JobRecord, idempotency: Idempotency | null): Promise<InsertedJob>;
  get(id: string): Promise<JobRecord | null>;
  byName(owner: string, name: string): Promise<JobRecord | null>;
  /** Replaces the record if the stored version is `job.version - 1`, else changes nothing. */
  save(job: JobRecord): Promise<'saved' | 'stale'>;
  /** Jobs whose `jobWakeAt` is not after `now`, earliest first. */
  due(now: number, limit: number): Promise<JobRecord[]>;
  /** Newest first. */
  list(filter: JobFilter, page: Page): Promise<JobRecord[]>;
  /** How many there are in each state; without those that are none. */
  count(): Promise<readonly JobCount[]>;
  /** Jobs that finished before `before`, oldest first. */
  finishedBefore(before: number, limit: number): Promise<JobRecord[]>;
  /** Forgets finished jobs. Unknown ids are no error. */
  remove(ids: readonly string[]): Promise<void>;
}

export type InsertedJob =
  | { readonly kind: 'inserted' }
  | { readonly kind: 'repeated'; readonly jobId: string; readonly fingerprint: string }
  | { readonly kind: 'name_taken'; readonly jobId: string };

/** All given conditions must hold. `ownerScope`: the owner itself and everything below it. `status`: any of them. */
export interface JobFilter {
  readonly ownerScope?: string;
  readonly status?: readonly JobStatus[];
  readonly name?: string;
}

export interface JobCount {
  readonly state: JobState;
  readonly count: number;
}
