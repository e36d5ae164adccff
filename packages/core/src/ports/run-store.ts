import type { Gate } from '../run/gate.ts';
import type { Labels } from '../run/labels.ts';
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
  /**
   * As `insert`, for a run that an agent waits for: where nothing queued is in the way, the run is stored as `lease` makes it, in the same write. In the
   * way is whatever else the agent may serve, a pause of the pool, labels that the agent has not, and every limit: then the run is `inserted` as it
   * is, and goes through the queue.
   */
  insertFor(run: RunRecord, idempotency: Idempotency | null, taker: Taker): Promise<HandedRun>;
  get(id: string): Promise<RunRecord | null>;
  /**
   * Replaces the record if the stored version is `run.version - 1`, else changes nothing. A stale write is a value, not an error. A result is
   * stored with the record or not at all, in place of an earlier one of the run.
   */
  save(run: RunRecord, result?: RunResult): Promise<'saved' | 'stale'>;
  /** The result that an attempt of the run reported last. It goes with the run. */
  result(runId: string): Promise<RunResult | null>;
  /**
   * Takes up to `limit` queued runs that the agent may serve, in order of priority (higher first), then of `queuedAt`, then of id; applies `lease` to each
   * and saves the result, all in one transaction. Two concurrent claims never return the same run. `lease` must be pure.
   *
   * Takes nothing of a paused pool, never more than the pool's limit leaves room for, and no run that one of its gates (`core/run/gate.ts`) holds back.
   * Runs held back by the same gate keep their order. They are set aside, so that claims do not meet them again and again; `release` and
   * `sweep` bring them back.
   */
  claim(query: ClaimQuery, lease: (run: RunRecord) => RunRecord | null): Promise<RunRecord[]>;
  /**
   * To be called after a run has left the queue or its agent: brings back what may now go in its place. True: somebody may find something to claim
   * that could not be claimed before. A call that is lost costs time only, as long as somebody sweeps.
   */
  release(run: RunRecord): Promise<boolean>;
  /** Does the same for up to `limit` gates that hold runs back, in turns: `after` is what the last call returned, null at first and again at the end. */
  sweep(after: GateRef | null, limit: number): Promise<Swept>;
  /** What keeps a queued run waiting, as far as the queue knows. */
  standing(run: RunRecord): Promise<Standing>;
  /** Runs whose `wakeAt` is not after `now`, earliest first. */
  due(now: number, limit: number): Promise<RunRecord[]>;
  /** Runs that the agent holds: leased or running. */
  heldBy(agentId: string): Promise<RunRecord[]>;
  /** How many runs each agent holds; without those that hold none. */
  countHeld(): Promise<readonly HeldCount[]>;
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

/** What the attempt of that token reported: JSON text as it came. */
export interface RunResult {
  readonly token: number;
  readonly json: string;
}

export type InsertedRun =
  | { readonly kind: 'inserted' }
  | { readonly kind: 'repeated'; readonly runId: string; readonly fingerprint: string };

/** `handed`: the run was stored as leased. */
export type HandedRun = InsertedRun | { readonly kind: 'handed'; readonly run: RunRecord };

/** An agent that waits for a run. `lease` must be pure. */
export interface Taker {
  readonly agentId: string;
  readonly labels: Labels;
  readonly lease: (run: RunRecord) => RunRecord;
}

export interface ClaimQuery {
  readonly pool: string;
  readonly agentId: string;
  /** Of the agent. */
  readonly labels: Labels;
  readonly now: number;
  readonly limit: number;
}

/** A gate that holds runs back. */
export interface GateRef {
  readonly pool: string;
  readonly name: string;
}

/** `pools`: where something was brought back. */
export interface Swept {
  readonly pools: readonly string[];
  readonly last: GateRef | null;
}

/** The place of a queued run. */
export interface Standing {
  /** How many queued runs of its lane are before it; counted up to 1,000. */
  readonly before: number;
  /** How many runs of its pool are held. */
  readonly poolHeld: number;
  /** The first gate that holds it back, and how many runs beyond it are held. */
  readonly gate: (Gate & { readonly held: number }) | null;
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
  /** Id of the session that was their target. */
  readonly session?: string;
  /** Name of the script that was called. */
  readonly script?: string;
  readonly createdAfter?: number;
  readonly createdBefore?: number;
}

/** `after`: the last run of the page before. */
export interface Page {
  readonly limit: number;
  readonly after: { readonly createdAt: number; readonly id: string } | null;
}

export interface HeldCount {
  readonly agentId: string;
  readonly count: number;
}

export interface OpenCount {
  readonly pool: string;
  readonly state: 'queued' | 'leased' | 'running';
  readonly count: number;
}
