import type { AttemptRef, Clock, KeyStore, LogStore, RunStore } from '@errand/core';
import type { LogReads } from '../use-cases/runs/log-reads.ts';
import { inputRef } from '../use-cases/runs/run-input.ts';

/** How often old runs and logs are looked for. */
const EVERY_MS = 60_000;
const BATCH = 500;
/** A log that somebody read within this time stays. */
const UNREAD_MS = 10 * 60_000;

export interface RetentionParts {
  readonly runs: Pick<RunStore, 'get' | 'finishedBefore' | 'remove'>;
  readonly keys: Pick<KeyStore, 'sweepSignIns'>;
  readonly logs: Pick<LogStore, 'remove' | 'usage'>;
  readonly reads: Pick<LogReads, 'lastRead'>;
  readonly clock: Clock;
  readonly keep: { readonly keepRunsMs: number; readonly keepLogBytes: number };
}

/** Keeps the data folder within its limits: takes only ended logs that nobody has read for ten minutes; the end record stays with its run. */
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
    await this.#parts.keys.sweepSignIns(this.#parts.clock.now());
    await this.#removeOldRuns();
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
  }

  /** The logs of the oldest runs go first; ids are ordered by time. */
  async #removeLogsOverLimit(): Promise<void> {
    const all: { readonly log: AttemptRef; readonly bytes: number }[] = [];
    for await (const each of this.#parts.logs.usage()) all.push(each);
    let over = all.reduce((sum, { bytes }) => sum + bytes, 0) - this.#parts.keep.keepLogBytes;
    all.sort((a, b) => (a.log.runId < b.log.runId ? -1 : 1));
    for (const { log, bytes } of all) {
      if (over <= 0) return;
      if (!(await this.#mayGo(log))) continue;
      await this.#parts.logs.remove(log);
      over -= bytes;
    }
  }

  async #mayGo(log: AttemptRef): Promise<boolean> {
    if (this.#parts.clock.now() - this.#parts.reads.lastRead(log) < UNREAD_MS) return false;
    const run = await this.#parts.runs.get(log.runId.replace(/-input$/, ''));
    return run === null || run.state === 'finished' || run.token > log.token;
  }
}
