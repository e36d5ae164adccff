import {
  type Clock,
  DEFAULTS,
  type GateRef,
  observeRun,
  type Page,
  type PlannedFact,
  planRuns,
  type RunFact,
  type RunStore,
} from '@errand/core';
import { eachByItself } from '../use-cases/each-by-itself.ts';
import { groupTurn, type TendGroupsParts, tendGroup } from '../use-cases/groups/tend-groups.ts';
import { type ChangeRunParts, changeRun } from '../use-cases/runs/change-run.ts';
import { type PoolViews, type WhyWaitingParts, whatIsInTheWay } from '../use-cases/runs/why-waiting.ts';
import { topics } from '../use-cases/topics.ts';

/** How often the clock is asked what is due. */
export const TICK_MS = 1_000;
/** Wall time that runs ahead of steady time by more than this has jumped; a tick that is late by more was stalled. */
const TOLERANCE_MS = 3_000;
const BATCH = 200;
/** How many gates that hold runs back are looked at in one tick. */
const GATES = 100;
/** The same of groups that may have something to be done about them. */
const GROUPS = 50;

export interface ReconcilerParts extends ChangeRunParts, TendGroupsParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'release' | 'due' | 'sweep' | 'standing'>;
  readonly agents: WhyWaitingParts['agents'];
  readonly clock: Clock;
}

/**
 * Asks the pure planner what the clock says about runs, and applies it under the version of each: load, decide, save. After a start, a jump of
 * the clock or a stall nothing expires for one full lease, so that agents can be heard first.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  #quietUntil: number;
  #swept: GateRef | null = null;
  #tended: Page['after'] = null;
  #last: { readonly now: number; readonly steady: number };

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#last = { now: parts.clock.now(), steady: parts.clock.steady() };
    this.#quietUntil = this.#last.now + DEFAULTS.leaseMs;
  }

  /** One look at the clock; resolves when what was due is done, whatever of it failed. Must not be called while a tick is under way. */
  async tick(): Promise<void> {
    const now = this.#watchClock();
    await eachByItself([() => this.#applyDue(now), () => this.#sweep(), () => this.#tendGroups()]);
  }

  async #applyDue(now: number): Promise<void> {
    for (;;) {
      const runs = await this.#parts.runs.due(now, BATCH);
      const plan = planRuns({ runs, quietUntil: this.#quietUntil }, now);
      const views: PoolViews = new Map();
      const applied = await Promise.allSettled(plan.map((planned) => this.#apply(planned, views)));
      const failed = applied.find((each) => each.status === 'rejected');
      // What failed is due still: the next tick tries it again.
      if (failed !== undefined) throw failed.reason;
      if (plan.length < BATCH) return;
    }
  }

  /** Brings back runs that were held back and may go by now: for a change of which nobody was told. */
  async #sweep(): Promise<void> {
    const { pools, last } = await this.#parts.runs.sweep(this.#swept, GATES);
    this.#swept = last;
    for (const pool of pools) this.#parts.notifier.pulse(topics.pool(pool));
  }

  async #tendGroups(): Promise<void> {
    const { groups, next } = await groupTurn(this.#parts, this.#tended, GROUPS);
    this.#tended = next;
    await eachByItself(groups.map((group) => () => tendGroup(this.#parts, group)));
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

  async #apply({ runId, fact }: PlannedFact, views: PoolViews): Promise<void> {
    const seen = fact.kind === 'queue_timed_out' ? await this.#withWhy(runId, fact, views) : fact;
    await changeRun(this.#parts, runId, (run) => observeRun(run, seen));
  }

  /** Once a run is over nobody can look any more what it waited for; where that cannot be told now, it is over all the same. */
  async #withWhy(runId: string, fact: QueueTimedOut, views: PoolViews): Promise<QueueTimedOut> {
    const run = await this.#parts.runs.get(runId);
    const looked = run?.state === 'queued' ? whatIsInTheWay(this.#parts, run, views) : null;
    const why = await looked?.catch(() => null);
    return why == null ? fact : { ...fact, why };
  }
}

type QueueTimedOut = Extract<RunFact, { kind: 'queue_timed_out' }>;
