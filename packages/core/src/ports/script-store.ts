import type { OfferedRecord, ScriptRecord } from '../script/record.ts';

/**
 * Scripts: those that somebody registered, the sources of modules, and what agents offer. As in every store, what a resolved promise speaks of is
 * durable, and every method may be called concurrently.
 */
export interface ScriptStore {
  /** Adds a script, or replaces the one of that owner and name. */
  put(script: ScriptRecord): Promise<void>;
  get(owner: string | null, name: string): Promise<ScriptRecord | null>;
  /** By name, then by owner; null: of every owner. */
  list(owners: readonly (string | null)[] | null): Promise<readonly ScriptRecord[]>;
  /** False where there was none. */
  remove(owner: string | null, name: string): Promise<boolean>;
  /** Keeps the source of a module and notes that it was wanted at `now`. Repeatable. */
  keepModule(source: ModuleSource, now: number): Promise<void>;
  /** Notes that a source was wanted at `now`. Of an unknown one nothing is noted. */
  touchModule(sha256: string, now: number): Promise<void>;
  module(sha256: string): Promise<string | null>;
  /** Forgets sources that no script and no run names and that were last wanted before `before`. */
  removeUnusedModules(before: number): Promise<void>;
  /** What the agent offers from now on, in place of all that it offered before. */
  offer(agentId: string, scripts: readonly OfferedRecord[]): Promise<void>;
  /** What all agents offer, whether they are online or not, by name, then by agent; null: under every name. */
  offered(name: string | null): Promise<readonly OfferedRecord[]>;
}

export interface ModuleSource {
  readonly sha256: string;
  readonly text: string;
}
