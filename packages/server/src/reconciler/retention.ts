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
import { ARTIFACTS } from '../use-cases/artifacts/kept-files.ts';
import { eachByItself } from '../use-cases/each-by-itself.ts';
import type { LogReads } from '../use-cases/runs/log-reads.ts';
import { inputRef } from '../use-cases/runs/run-input.ts';
import { removeOldAssets } from '../use-cases/sessions/session-assets.ts';
import { removeOldUploads } from '../use-cases/sessions/uploads.ts';

/** How often old runs and logs are looked for. */
const EVERY_MS = 60_000;
const BATCH = 500;
/** So many batches of runs in one sweep: more runs than end in a minute, so that their number falls. */
const RUN_BATCHES = 40;
/** More than are written in a minute, so that their number falls. */
const AUDIT_BATCH = 20_000;
/** A submission names the source of a module a moment after it has found it. */
const UNWANTED_MS = 3_600_000;
/** Whoever waited for a run may be fetching what it has made. */
const LEFT_ALONE_MS = 600_000;
/** The ending of `inputRef`. */
const INPUT = /-input$/;

export interface RetentionParts {
  readonly runs: Pick<RunStore, 'get' | 'finishedBefore' | 'remove'>;
  readonly groups: Pick<GroupStore, 'forget'>;
  readonly sessions: Pick<SessionStore, 'get' | 'overBefore' | 'remove'>;
  readonly jobs: Pick<JobStore, 'finishedBefore' | 'remove'>;
  readonly keys: Pick<KeyStore, 'sweepSignIns'>;
  readonly scripts: Pick<ScriptStore, 'removeUnusedModules'>;
  readonly audit: Pick<AuditStore, 'removeBefore'>;
  readonly logs: Pick<LogStore, 'remove' | 'usage'>;
  readonly blobs: BlobStore;
  readonly reads: Pick<LogReads, 'lastRead'>;
  readonly clock: Clock;
  readonly keep: {
    readonly keepRunsMs: number;
    readonly keepLogBytes: number;
    readonly keepArtifactBytes: number;
    readonly keepAuditMs: number;
  };
}

/**
 * Keeps the data folder within its limits: takes only ended logs that nobody has read for ten minutes; the end record stays with its run.
 * Sessions and jobs are kept as long as runs, from their end on.
 */
export class Retention {
  readonly #parts: RetentionParts;
  /** Ids of logs of which the sweep before knew no run. */
  #strays: ReadonlySet<string> = new Set();

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

  /** One look at everything. What cannot be removed keeps nothing else from being. */
  async sweep(): Promise<void> {
    const { keys, blobs, sessions, scripts, audit, clock, keep } = this.#parts;
    const now = clock.now();
    await eachByItself([
      () => keys.sweepSignIns(now),
      () => removeOldUploads(blobs, now),
      () => removeOldAssets(blobs, sessions),
      () => this.#removeOldRuns(),
      () => this.#removeOldSessions(),
      () => this.#removeOldJobs(),
      () => scripts.removeUnusedModules(now - UNWANTED_MS),
      () => audit.removeBefore(now - keep.keepAuditMs, AUDIT_BATCH),
      () => this.#removeLogsOverLimit(),
      () => this.#removeArtifactsOverLimit(),
    ]);
  }

  /** The oldest go first; their run says that it had some. Those of a run that has not ended are left, as somebody may be keeping them now. */
  async #removeArtifactsOverLimit(): Promise<void> {
    const { blobs, runs, clock, keep } = this.#parts;
    const byRun = new Map<string, { bytes: number; at: number }>();
    let sum = 0;
    for await (const { name, bytes, at } of blobs.list(ARTIFACTS)) {
      const id = name.split('/')[1] ?? '';
      const known = byRun.get(id) ?? { bytes: 0, at: 0 };
      byRun.set(id, { bytes: known.bytes + bytes, at: Math.max(known.at, at) });
      sum += bytes;
    }
    const settled = [...byRun].filter(([, { at }]) => at < clock.now() - LEFT_ALONE_MS);
    for (const [id, { bytes }] of settled.sort(([, a], [, b]) => a.at - b.at)) {
      if (sum <= keep.keepArtifactBytes) return;
      const run = await runs.get(id);
      if (run !== null && run.state !== 'finished') continue;
      await blobs.remove(`${ARTIFACTS}/${id}`);
      sum -= bytes;
    }
  }

  async #removeOldRuns(): Promise<void> {
    const before = this.#parts.clock.now() - this.#parts.keep.keepRunsMs;
    for (let batches = 0; batches < RUN_BATCHES; batches += 1)
      if ((await this.#removeRunsBefore(before)) < BATCH) break;
    await this.#parts.groups.forget(before);
  }

  /** The oldest of them; answers how many there were. */
  async #removeRunsBefore(before: number): Promise<number> {
    const old = await this.#parts.runs.finishedBefore(before, BATCH);
    for (const run of old) {
      const tokens = [...run.past.map(({ token }) => token), run.token];
      await Promise.all(tokens.map((token) => this.#parts.logs.remove({ runId: run.id, token })));
      await this.#parts.logs.remove(inputRef(run.id));
    }
    for (const { id, spec } of old)
      if (spec.artifacts !== undefined) await this.#parts.blobs.remove(`${ARTIFACTS}/${id}`);
    if (old.length > 0) await this.#parts.runs.remove(old.map(({ id }) => id));
    return old.length;
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
    const strays = new Set<string>();
    let openBytes = 0;
    for (const { log, bytes } of usage) {
      const endedAt = await this.#endOf(log, strays);
      if (endedAt === null) openBytes += bytes;
      else ended.push({ log, bytes, endedAt, readAt: this.#parts.reads.lastRead(log) });
    }
    this.#strays = strays;
    const now = this.#parts.clock.now();
    for (const log of planRetention({ ended, openBytes }, { runsMs, logBytes }, now))
      await this.#parts.logs.remove(log);
  }

  /**
   * When the last that needs a log ended; null: something still does. What belongs to no run ended long ago, but only from the second look on:
   * a submission writes the input before the run. Adds it to `strays`.
   */
  async #endOf({ runId, token }: AttemptRef, strays: Set<string>): Promise<number | null> {
    const id = runId.replace(INPUT, '');
    const run = await this.#parts.runs.get(id);
    if (run === null) {
      strays.add(runId);
      return this.#strays.has(runId) ? 0 : null;
    }
    // Every attempt reads the input anew.
    const past = id === runId ? run.past.find((each) => each.token === token) : undefined;
    return past?.endedAt ?? run.end?.at ?? null;
  }
}
