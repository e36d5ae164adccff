import type { GroupRecord } from '../group/record.ts';
import type { RunRecord } from '../run/record.ts';
import type { RunState, RunStatus } from '../vocabulary/run-state.ts';
import type { Idempotency, Page } from './run-store.ts';

/** Groups of runs. Durability and concurrency as with the run store. */
export interface GroupStore {
  /** Adds a group with all of its runs, or nothing; as `RunStore.insert` where `createdBy` used the idempotency key before. */
  insert(
    group: GroupRecord,
    runs: readonly RunRecord[],
    idempotency: Idempotency | null,
  ): Promise<InsertedGroup>;
  get(id: string): Promise<GroupRecord | null>;
  /** Replaces the record if the stored version is `group.version - 1`, else changes nothing. */
  save(group: GroupRecord): Promise<'saved' | 'stale'>;
  /** Newest first; `ownerScope`: the owner itself and everything below it, null: everybody. */
  list(ownerScope: string | null, page: Page): Promise<GroupRecord[]>;
  /** Those whose record says that they are open, oldest first. */
  open(page: Page): Promise<GroupRecord[]>;
  /** The runs of a group, in the order of their ids; in one of the states, where some are given. */
  runs(id: string, states?: readonly RunState[]): Promise<RunRecord[]>;
  /** How many runs of each status a group has, without those that are none. */
  count(id: string): Promise<readonly StatusCount[]>;
  /** Forgets groups made before `before` that are not open and of which no run is kept any more. */
  forget(before: number): Promise<void>;
}

export type InsertedGroup =
  | { readonly kind: 'inserted' }
  | { readonly kind: 'repeated'; readonly groupId: string; readonly fingerprint: string };

export interface StatusCount {
  readonly status: RunStatus;
  readonly count: number;
}
