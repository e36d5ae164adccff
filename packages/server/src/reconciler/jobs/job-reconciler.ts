import { DEFAULTS, type JobRecord, type JobView, planJob } from '@errand/core';
import { Bell } from '../../use-cases/bell.ts';
import type { JobParts } from '../../use-cases/jobs/job-parts.ts';
import { topics } from '../../use-cases/topics.ts';
import { carryOut } from './carry-out.ts';
import { type Again, LOOK_MS } from './job-task.ts';
import { OutputLooks } from './output-looks.ts';

/** How often the clock is asked what is due. */
const TICK_MS = 1_000;
/** Wall time that runs ahead of steady time by more than this has jumped; a tick that is late by more was stalled. */
const TOLERANCE_MS = 3_000;
const BATCH = 200;
/** Looking at one costs little; what takes long is the work of others. */
const AT_ONCE = 50;
/** A job moves through all its states in fewer steps than this, unless it goes in circles. */
const STEPS = 50;
/** How long work under way may take once the control plane ends. */
const LEAVE_MS = 2_000;

/**
 * Moves jobs on: asks the pure planner what is next for each that is due, does it, and writes down what came of it. Several processes may do this for
 * one store: every write is guarded by its version, and everything that is asked for has a key. After a start, a jump of the clock or a stall nothing expires
 * for one full lease: the end of a command may have to be heard first.
 */
export class JobReconciler {
  readonly #parts: JobParts;
  /** Jobs under way, and when (steady) the others may be looked at again. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #notBefore = new Map<string, number>();
  /** Which job waits for a session or a run. */
  readonly #waitsFor = new Map<string, string>();
  readonly #awaited = new Map<string, readonly string[]>();
  readonly #looks: OutputLooks;
  readonly #bell = new Bell();
  #onError: (error: unknown) => void = () => undefined;
  #quietUntil: number;
  #last: { readonly now: number; readonly steady: number };

  constructor(parts: JobParts) {
    this.#parts = parts;
    this.#looks = new OutputLooks(parts.clock);
    this.#last = { now: parts.clock.now(), steady: parts.clock.steady() };
    this.#quietUntil = this.#last.now + DEFAULTS.leaseMs;
  }

  /** Begins what is due and not under way; does not wait for it. */
  async tick(): Promise<void> {
    const now = this.#watchClock();
    const passed = this.#parts.clock.steady();
    for (const [id, at] of this.#notBefore) if (at <= passed) this.#notBefore.delete(id);
    const due = await this.#parts.jobs.due(now, BATCH + this.#underWay.size + this.#notBefore.size);
    for (const job of due) this.#begin(job);
  }

  /** Ticks until the signal aborts, sooner where something changed. `onError` hears of what failed; it is tried again. */
  async run(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    const { clock, notifier } = this.#parts;
    this.#onError = onError;
    const unsubscribes = [
      // Whoever works on it looks at the record before each step.
      notifier.subscribe(topics.jobs, (id) => {
        if (id !== undefined && !this.#underWay.has(id)) this.#changed(id);
      }),
      notifier.subscribe(topics.sessions, (id) => this.#changed(this.#waitsFor.get(id ?? ''))),
      notifier.subscribe(topics.runs, (id) => this.#changed(this.#waitsFor.get(id ?? ''))),
    ];
    signal.addEventListener('abort', this.#bell.ring);
    while (!signal.aborted) {
      await this.tick().catch(onError);
      if (!signal.aborted) await this.#bell.wait(clock, TICK_MS);
    }
    for (const unsubscribe of unsubscribes) unsubscribe();
    await Promise.race([this.#settled(), clock.sleep(LEAVE_MS)]);
  }

  async #settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
  }

  #changed(id: string | undefined): void {
    if (id === undefined) return;
    this.#notBefore.delete(id);
    if (!this.#underWay.has(id)) this.#bell.ring();
  }

  #begin({ id }: JobRecord): void {
    if (this.#underWay.has(id) || this.#notBefore.has(id) || this.#underWay.size >= AT_ONCE) return;
    // Changes that come meanwhile take this away again.
    this.#notBefore.set(id, Infinity);
    const work = this.#workThrough(id).finally(() => {
      // Others may have found no room.
      if (this.#underWay.size >= AT_ONCE) this.#bell.ring();
      this.#underWay.delete(id);
    });
    this.#underWay.set(id, work);
  }

  async #workThrough(id: string): Promise<void> {
    const again = await this.#work(id).catch((error: unknown) => {
      this.#onError(error);
      return TICK_MS;
    });
    if (this.#notBefore.has(id) && again !== 'now')
      this.#notBefore.set(id, this.#parts.clock.steady() + again);
    else {
      this.#notBefore.delete(id);
      this.#bell.ring();
    }
  }

  /** Step after step, each decided on the record as it is by then. */
  async #work(id: string): Promise<Again> {
    for (let step = 0; step < STEPS; step += 1) {
      const job = await this.#parts.jobs.get(id);
      if (job === null || job.state === 'finished') return this.#forget(id);
      const view = await this.#viewOf(job);
      const now = this.#watchClock();
      const action = planJob(view, now, now < this.#quietUntil);
      if (action === null) return LOOK_MS;
      const again = await carryOut({ ...this.#parts, looks: this.#looks }, job, action);
      if (again !== 'now') return again;
    }
    return TICK_MS;
  }

  async #viewOf(job: JobRecord): Promise<JobView> {
    const { attempt } = job;
    const runId = attempt?.commands.find(({ reason }) => reason === null)?.runId ?? null;
    const sessionId = attempt?.sessionId ?? null;
    this.#waitFor(
      job.id,
      [sessionId, runId].filter((id) => id !== null),
    );
    const [session, run] = await Promise.all([
      sessionId === null ? null : this.#parts.sessions.sessions.get(sessionId),
      runId === null ? null : this.#parts.runs.get(runId),
    ]);
    return { job, session, run };
  }

  #waitFor(jobId: string, awaited: readonly string[]): void {
    for (const id of this.#awaited.get(jobId) ?? []) this.#waitsFor.delete(id);
    for (const id of awaited) this.#waitsFor.set(id, jobId);
    this.#awaited.set(jobId, awaited);
  }

  #forget(id: string): Again {
    this.#waitFor(id, []);
    this.#awaited.delete(id);
    this.#looks.forget(id);
    return TICK_MS;
  }

  /** Sees a jump as soon as anything depends on the time. */
  #watchClock(): number {
    const { clock } = this.#parts;
    const [now, steady] = [clock.now(), clock.steady()];
    const jumped = Math.abs(now - this.#last.now - (steady - this.#last.steady)) > TOLERANCE_MS;
    const stalled = steady - this.#last.steady > TICK_MS + TOLERANCE_MS;
    if (jumped || stalled) this.#quietUntil = now + DEFAULTS.leaseMs;
    this.#last = { now, steady };
    return now;
  }
}
