import type { Command } from '../vocabulary/command.ts';
import type { EndReason } from '../vocabulary/end-reason.ts';
import type { LogEnd } from '../vocabulary/log-end.ts';
import type { CancelSignal, RetryCause } from '../vocabulary/run-choice.ts';
import type { RunState } from '../vocabulary/run-state.ts';
import type { ResultRule } from '../vocabulary/script.ts';
import type { ArtifactsState } from './artifacts.ts';
import type { Labels } from './labels.ts';
import type { ResultState } from './result.ts';

/** What was asked for; never changes after submission. Times in ms, sizes in bytes. */
export interface RunSpec {
  readonly command: Command;
  readonly env: Readonly<Record<string, string>>;
  /** Secret variables, sealed with the server's key; never shown again. */
  readonly sealedEnv: Readonly<Record<string, string>>;
  /** null: a new folder per attempt (or the caller's folder in the embedded shape). */
  readonly cwd: string | null;
  /** none: /dev/null. stream: bytes that arrive over the API. caller: the descriptor of the command line that submitted it. */
  readonly stdin: 'none' | 'stream' | 'caller';
  readonly timeoutMs: number | null;
  readonly queueTimeoutMs: number;
  readonly maxLogBytes: number;
  readonly graceMs: number;
  readonly keepChildren: boolean;
  readonly tty: { readonly rows: number; readonly columns: number } | null;
  readonly retry: RetryPolicy;
  /** The submitting command line starts the command itself, so that it inherits everything from there (embedded shape). */
  readonly caller: boolean;
  /** Id of the session it runs in; null: in none. */
  readonly session: string | null;
  /** The script that was called; null for a plain command. */
  readonly script: ScriptUse | null;
  /** Patterns of files that are kept at its end, from the folder in which it runs; not set: none. */
  readonly artifacts?: readonly string[] | undefined;
}

/** A call of a script, as it was when the run was submitted: later versions change nothing about it. */
export interface ScriptUse {
  readonly name: string;
  /** Defaults filled in; without the secret ones, which are among `sealedEnv` by their variables. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly secretArgs: readonly string[];
  /** Of the version that was called. For an offered one only where the caller asked for it: then an agent with another refuses. */
  readonly sha256: string | null;
  readonly source: 'central' | 'offered';
  readonly result: ResultRule | null;
}

/** How often and why to try again. `attempts` counts the first one too. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly on: readonly RetryCause[];
  readonly backoffMs: number;
}

/** One try at a run. The token is its fencing token: it only ever rises within a run. */
export interface Attempt {
  readonly token: number;
  readonly agentId: string;
  /** The session that was made for it alone; not set: none was. */
  readonly session?: string | undefined;
  /** Who came through the door with it; null: nobody yet. Two agents with one identity differ in this. */
  readonly claimant: string | null;
  readonly leasedAt: number;
  readonly leaseExpiresAt: number;
  /** The agent asked to start and was answered: from here on the attempt counts as executed. */
  readonly startingAt: number | null;
  /** The keeper saw the exec succeed. */
  readonly startedAt: number | null;
  readonly unreachableAt: number | null;
  /** How long it may be unreachable before it counts as lost: the pool's, as it was at the claim. */
  readonly lostAfterMs: number;
}

/** An attempt that is over. `reason` is null for one that went back to the queue without having been executed. */
export interface PastAttempt {
  readonly token: number;
  readonly agentId: string;
  readonly claimant: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly reason: EndReason | null;
  readonly log: LogEnd | null;
  /** The true end that arrived after the run had gone on without this attempt: superseded, kept for people to see. */
  readonly superseded: EndReason | null;
}

export interface RunEnd {
  readonly reason: EndReason;
  readonly at: number;
  readonly log: LogEnd | null;
  /** The run had been declared lost when its true end arrived; what acted on `lost` meanwhile keeps its decision. */
  readonly amendedAt: number | null;
  /** null: none was reported. A kept one is stored beside the run, under the token of the attempt. */
  readonly result: ResultState | null;
  /** Not set: none were asked for, or nothing was executed that could have made some. */
  readonly artifacts?: ArtifactsState | undefined;
}

export interface CancelRequest {
  readonly at: number;
  /** What the tree is told first; after the grace it is killed. */
  readonly signal: CancelSignal;
  /** Skip the grace: kill now. */
  readonly kill: boolean;
  /** Why, in a sentence, where nobody asked for it. */
  readonly why: string | null;
}

export interface Concurrency {
  readonly key: string;
  readonly limit: number;
}

export interface GroupPlace {
  readonly id: string;
  /** How many of the group's runs may be held at once; null: all of them. */
  readonly atOnce: number | null;
  /** When more of them than this have failed, no other begins; null: however many fail. */
  readonly maxFailures: number | null;
}

/** A run as the store keeps it. Only `request` and `observe` make the next one; `version` rises by one with each. */
export interface RunRecord {
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly createdBy: string;
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly spec: RunSpec;
  readonly pool: string;
  /** The one agent that may serve it; null: any of the pool. */
  readonly agentId: string | null;
  /** What an agent must have to serve it; empty where one is named. */
  readonly labels: Labels;
  /** At most `limit` runs of its team with this key are held in the pool at once, while this run is one of them. */
  readonly concurrency: Concurrency | null;
  /** The group it was made with, and what that says about when its runs may begin. */
  readonly group: GroupPlace | null;
  readonly priority: number;
  readonly createdAt: number;
  /** When it entered the queue this time; with the priority it gives the order. */
  readonly queuedAt: number;
  /** Not to be served before this (back-off of a retry). */
  readonly notBefore: number;
  /** Why no session could be made for it, the last time; not set: nothing was in the way. */
  readonly notPlaced?: string | undefined;
  readonly queueDeadline: number;
  readonly state: RunState;
  /** Token of the latest attempt; 0 before the first. */
  readonly token: number;
  /** The latest attempt; null before the first and while queued again. */
  readonly attempt: Attempt | null;
  /** Executed attempts so far, the present one included. */
  readonly executed: number;
  readonly cancel: CancelRequest | null;
  /** Bytes of standard input in all, once its writer has closed it; null while it is open (and for runs without a stream). */
  readonly inputEnd: number | null;
  readonly end: RunEnd | null;
  readonly past: readonly PastAttempt[];
}
