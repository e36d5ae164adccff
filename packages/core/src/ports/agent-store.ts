import type { AgentRecord, JoinToken, PoolRecord, PoolSettings } from '../agent/record.ts';

/** Agents, pools and join tokens. Durability and concurrency as with the run store. */
export interface AgentStore {
  /** Adds or replaces by id. */
  put(agent: AgentRecord): Promise<void>;
  get(id: string): Promise<AgentRecord | null>;
  /** The agent whose present or next key it is. */
  byKey(keyId: string): Promise<AgentRecord | null>;
  /**
   * Replaces the record by what `change` makes of the stored one; null leaves it. Of concurrent calls none is lost. `change` may be
   * called more than once and must touch nothing else. Answers the record as it is then, null where there is none.
   */
  change(id: string, change: (agent: AgentRecord) => AgentRecord | null): Promise<AgentRecord | null>;
  /** All, or those of a pool, by name. */
  list(pool: string | null): Promise<AgentRecord[]>;
  /** Notes a call; never moves back. */
  seen(id: string, at: number): Promise<void>;
  remove(id: string): Promise<boolean>;
  /** Adds a pool if there is none of the name; returns what is stored. */
  ensurePool(pool: PoolRecord): Promise<PoolRecord>;
  pool(name: string): Promise<PoolRecord | null>;
  pools(): Promise<PoolRecord[]>;
  /** Sets what is given and leaves the rest; returns what is stored then. null: there is no such pool. From its return on no claim goes by the old settings. */
  setPool(name: string, settings: Partial<PoolSettings>): Promise<PoolRecord | null>;
  /** Forgets a pool without agents and without runs that have not finished, with its join tokens; otherwise says how many of these there are. */
  removePool(name: string): Promise<RemovedPool>;
  insertJoinToken(token: JoinToken): Promise<void>;
  /** Removes and returns it: of two concurrent calls one gets it. */
  takeJoinToken(hash: string): Promise<JoinToken | null>;
}

export type RemovedPool =
  | { readonly kind: 'removed' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'used'; readonly agents: number; readonly runs: number };
