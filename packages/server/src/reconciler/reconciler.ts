import { type Clock, DEFAULTS, observeRun, type PlannedFact, planRuns, type RunStore } from '@errand/core';
import { type ChangeRunParts, changeRun } from '../use-cases/runs/change-run.ts';

/** How often the clock is asked what is due. */
export const TICK_MS = 1_000;
/** Wall time that runs ahead of steady time by more than this has jumped; a tick that is late by more was stalled. */
const TOLERANCE_MS = 3_000;
const BATCH = 200;

export interface ReconcilerParts extends ChangeRunParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'due'>;
  readonly clock: Clock;
}

/**
 * Asks the pure planner what the clock says about runs, and applies it under the version of each: load, decide, save. After a start, a jump of
 * the clock or a stall nothing expires for one full lease, so that agents can be heard first.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  #quietUntil: number;
  #last: { readonly now: number; readonly steady: number };

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#last = { now: parts.clock.now(), steady: parts.clock.steady() };
    this.#quietUntil = this.#last.now + DEFAULTS.leaseMs;
  }

  /** One look at the clock; resolves when what was due is done. Must not be called while a tick is under way. */
  async tick(): Promise<void> {
    const now = this.#watchClock();
    for (;;) {
      const runs = await this.#parts.runs.due(now, BATCH);
      const plan = planRuns({ runs, quietUntil: this.#quietUntil }, now);
      await Promise.all(plan.map((planned) => this.#apply(planned)));
      if (plan.length < BATCH) return;
    }
  }

  /** Ticks until the signal aborts. `onError` hears of ticks that failed; the next one tries again. */
  async run(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      await this.tick().catch(onError);
      await this.#parts.clock.sleep(TICK_MS, signal);
    }
  }

  #watchClock(): number {
    const { clock } = this.#parts;
    const [now, steady] = [clock.now(), clock.steady()];
    const jumped = Math.abs(now - this.#last.now - (steady - this.#last.steady)) > TOLERANCE_MS;
    const stalled = steady - this.#last.steady > TICK_MS + TOLERANCE_MS;
    if (jumped || stalled) this.#quietUntil = now + DEFAULTS.leaseMs;
    // After a jump back the old end of the quiet time may lie far ahead.
    this.#quietUntil = Math.min(this.#quietUntil, now + DEFAULTS.leaseMs);
    this.#last = { now, steady };
    return now;
  }

  async #apply({ runId, fact }: PlannedFact): Promise<void> {
    await changeRun(this.#parts, runId, (run) => observeRun(run, fact));
  }
}
