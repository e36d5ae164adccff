import {
  type AttemptRef,
  type AuditStore,
  type BlobStore,
  type Clock,
  type EndedLog,
  type GroupStore,
  type JobStore,
  type KeyStore,
  type LogStore,
  planRetention,
  type RunStore,
  type ScriptStore,
  type SessionStore,
} from '@errand/core';
import type { LogReads } from '../use-cases/runs/log-reads.ts';
import { inputRef } from '../use-cases/runs/run-input.ts';
import { removeOldUploads } from '../use-cases/sessions/uploads.ts';

/** How often old runs and logs are looked for. */
const EVERY_MS = 60_000;
const BATCH = 500;
/** More than are written in a minute, so that their number falls. */
const AUDIT_BATCH = 20_000;
/** A submission names the source of a module a moment after it has found it. */
const UNWANTED_MS = 3_600_000;
/** The ending of `inputRef`. */
const INPUT = /-input$/;

export interface RetentionParts {
  readonly runs: Pick<RunStore, 'get' | 'finishedBefore' | 'remove'>;
  readonly groups: Pick<GroupStore, 'forget'>;
  readonly sessions: Pick<SessionStore, 'overBefore' | 'remove'>;
  readonly jobs: Pick<JobStore, 'finishedBefore' | 'remove'>;
  readonly keys: Pick<KeyStore, 'sweepSignIns'>;
  readonly scripts: Pick<ScriptStore, 'removeUnusedModules'>;
  readonly audit: Pick<AuditStore, 'removeBefore'>;
  readonly logs: Pick<LogStore, 'remove' | 'usage'>;
  readonly blobs: BlobStore;
  readonly reads: Pick<LogReads, 'lastRead'>;
  readonly clock: Clock;
  readonly keep: { readonly keepRunsMs: number; readonly keepLogBytes: number; readonly keepAuditMs: number };
}

/**
 * Keeps the data folder within its limits: takes only ended logs that nobody has read for ten minutes; the end record stays with its run.
 * Sessions and jobs are kept as long as runs, from their end on.
 */
export class Retention {
  readonly #parts: RetentionParts;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Sweeps until the signal aborts. `onError` hears of sweeps that failed; the next one tries again. */
  async run(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.clock.sleep(EVERY_MS, signal);
      if (!signal.aborted) await this.sweep().catch(onError);
    }
  }

  async sweep(): Promise<void> {
    const now = this.#parts.clock.now();
    await this.#parts.keys.sweepSignIns(now);
    await removeOldUploads(this.#parts.blobs, now);
    await this.#removeOldRuns();
    await this.#removeOldSessions();
    await this.#removeOldJobs();
    await this.#parts.scripts.removeUnusedModules(now - UNWANTED_MS);
    await this.#parts.audit.removeBefore(now - this.#parts.keep.keepAuditMs, AUDIT_BATCH);
    await this.#removeLogsOverLimit();
  }

  async #removeOldRuns(): Promise<void> {
    const before = this.#parts.clock.now() - this.#parts.keep.keepRunsMs;
    const old = await this.#parts.runs.finishedBefore(before, BATCH);
    for (const run of old) {
      const tokens = [...run.past.map(({ token }) => token), run.token];
      await Promise.all(tokens.map((token) => this.#parts.logs.remove({ runId: run.id, token })));
      await this.#parts.logs.remove(inputRef(run.id));
    }
    if (old.length > 0) await this.#parts.runs.remove(old.map(({ id }) => id));
    await this.#parts.groups.forget(before);
  }

  /** Only those that are over: their providers have confirmed that nothing is left. */
  async #removeOldSessions(): Promise<void> {
    const { sessions, clock, keep } = this.#parts;
    const old = await sessions.overBefore(clock.now() - keep.keepRunsMs, BATCH);
    await sessions.remove(old.map(({ id }) => id));
  }

  async #removeOldJobs(): Promise<void> {
    const { jobs, clock, keep } = this.#parts;
    const old = await jobs.finishedBefore(clock.now() - keep.keepRunsMs, BATCH);
    await jobs.remove(old.map(({ id }) => id));
  }

  async #removeLogsOverLimit(): Promise<void> {
    const { keepRunsMs: runsMs, keepLogBytes: logBytes } = this.#parts.keep;
    const usage: { readonly log: AttemptRef; readonly bytes: number }[] = [];
    for await (const each of this.#parts.logs.usage()) usage.push(each);
    // Far below the limit, which is the rule, no run has to be looked up.
    if (usage.reduce((sum, { bytes }) => sum + bytes, 0) <= logBytes) return;
    const ended: EndedLog[] = [];
    let openBytes = 0;
    for (const { log, bytes } of usage) {
      const endedAt = await this.#endOf(log);
      if (endedAt === null) openBytes += bytes;
      else ended.push({ log, bytes, endedAt, readAt: this.#parts.reads.lastRead(log) });
    }
    const now = this.#parts.clock.now();
    for (const log of planRetention({ ended, openBytes }, { runsMs, logBytes }, now))
      await this.#parts.logs.remove(log);
  }

  /** When the last that needs a log ended; null: something still does. What belongs to no run ended long ago. */
  async #endOf({ runId, token }: AttemptRef): Promise<number | null> {
    const id = runId.replace(INPUT, '');
    const run = await this.#parts.runs.get(id);
    if (run === null) return 0;
    // Every attempt reads the input anew.
    const past = id === runId ? run.past.find((each) => each.token === token) : undefined;
    return past?.endedAt ?? run.end?.at ?? null;
  }
}
