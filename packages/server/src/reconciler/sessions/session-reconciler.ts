import {
  type Activity,
  DEFAULTS,
  idleAt,
  isFinalState,
  type PlannedAction,
  type Provider,
  planSessions,
  type SessionRecord,
  type SessionView,
} from '@errand/core';
import { Bell } from '../../use-cases/bell.ts';
import { everyOpenSession } from '../../use-cases/sessions/every-open-session.ts';
import type { SessionParts } from '../../use-cases/sessions/session-parts.ts';
import { topics } from '../../use-cases/topics.ts';
import { carryOut } from './carry-out.ts';
import { look } from './look.ts';
import type { ProbeHealth } from './probe-health.ts';
import { ProcessorUse } from './processor-use.ts';
import type { Again, CarryOutParts } from './session-task.ts';
import { Turns } from './turns.ts';

/** How often the clock is asked what is due; sooner where a session is to be looked at again sooner, but never more often than the other. */
const TICK_MS = 1_000;
const LEAST_TICK_MS = 50;
/** Wall time that runs ahead of steady time by more than this has jumped. */
const TOLERANCE_MS = 3_000;
const BATCH = 200;
/** Of the calls of a provider at once. A cloud may let those that make something wait, and what is to be ended costs money meanwhile. */
const MAKING_SHARE = 3 / 4;
/** A session moves through all its states in fewer steps than this, unless it goes in circles. */
const STEPS = 20;
/** How long calls under way may take once the control plane ends. */
const LEAVE_MS = 2_000;
/** Use that only memory knows of is written down after this long, or four times in a short idle limit. */
const WRITE_USE_MS = 60_000;
/** How often it is looked for: another control plane that knows nothing of it may stop the session. */
const LOOK_FOR_USE_MS = 2_000;
/** With a clock that has fallen back, what seems due may not be; it is looked at again after this. */
const FELL_BACK_MS = 5_000;

export interface SessionReconcilerParts
  extends Pick<
    SessionParts,
    'sessions' | 'providers' | 'notifier' | 'clock' | 'commands' | 'uses' | 'unseal' | 'assets'
  > {
  readonly tag: string;
  readonly probe: ProbeHealth;
}

/**
 * Moves sessions to where they are wanted: asks the pure planner what is next for each that is due, calls its provider, and writes down what came
 * of it. Each session is worked on by itself, so that a slow provider holds up nobody but its own. Several processes may do this for one
 * store: every write is guarded by its version, and every call may be repeated.
 */
export class SessionReconciler {
  readonly #parts: SessionReconcilerParts;
  readonly #processors = new ProcessorUse();
  /** Sessions under way, and when (steady) the others may be looked at again. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #notBefore = new Map<string, number>();
  readonly #asked = new Set<string>();
  /** How many are under way at each provider, and how many of them have compute made. */
  readonly #busy = new Map<string, { all: number; making: number }>();
  readonly #turns = new Turns();
  readonly #bell = new Bell();
  #onError: (error: unknown) => void = () => undefined;
  #quietUntil = 0;
  #last: { readonly now: number; readonly steady: number };
  #trustedSince: number;
  /** By how much the wall clock fell back, and until when (steady) records may hold times from before. */
  #fellBack = { ms: 0, until: 0 };
  #usesLookedAt = 0;
  /** The latest use of each session that is known to be written down. */
  readonly #written = new Map<string, number>();

  constructor(parts: SessionReconcilerParts) {
    this.#parts = parts;
    this.#last = { now: parts.clock.now(), steady: parts.clock.steady() };
    this.#trustedSince = this.#last.steady;
  }

  /** Begins what is due and not under way; does not wait for it. */
  async tick(): Promise<void> {
    const { sessions } = this.#parts;
    const now = this.#watchClock();
    const passed = this.#parts.clock.steady();
    for (const [id, at] of this.#notBefore) if (at <= passed) this.#notBefore.delete(id);
    const known = this.#underWay.size + this.#notBefore.size + this.#turns.size;
    const due = await sessions.due(now + this.#fellBack.ms, BATCH + known);
    this.#turns.give(due, { line: lineOf, begin: (session) => this.#begin(session) });
    await this.#lookAtAsked();
    await this.#lookForUse(passed);
  }

  /** Sessions that were used through this process may be due to nobody, or to another process only. */
  async #lookForUse(passed: number): Promise<void> {
    const { uses, sessions } = this.#parts;
    if (passed - this.#usesLookedAt < LOOK_FOR_USE_MS) return;
    this.#usesLookedAt = passed;
    for (const id of uses.ids()) {
      const at = uses.latest(id)?.at ?? 0;
      if (at <= (this.#written.get(id) ?? 0) || this.#underWay.has(id)) continue;
      const session = await sessions.get(id);
      if (session === null || isFinalState(session.state)) await this.#forget(id);
      else if (session.activity.at >= at) this.#written.set(id, at);
      else if (this.#unwrittenUse(session) !== null) this.#begin(session);
    }
  }

  async #settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
  }

  /** Ticks until the signal aborts, sooner where a session changed. `onError` hears of what failed; it is tried again. */
  async run(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    const { clock, notifier } = this.#parts;
    this.#onError = onError;
    await this.#compareClock().catch(onError);
    const unsubscribe = notifier.subscribe(topics.sessions, (id) => this.#changed(id));
    const watching = this.#watchProviders(signal);
    signal.addEventListener('abort', this.#bell.ring);
    while (!signal.aborted) {
      await this.tick().catch(onError);
      if (!signal.aborted) await this.#bell.wait(clock, this.#untilNextMs());
    }
    unsubscribe();
    await watching;
    // What a call under way does is found again by its key; a provider that hangs must not keep the control plane from ending.
    await Promise.race([this.#settled(), clock.sleep(LEAVE_MS)]);
  }

  #untilNextMs(): number {
    const soonest = Math.min(...this.#notBefore.values()) - this.#parts.clock.steady();
    return Math.min(TICK_MS, Math.max(LEAST_TICK_MS, soonest));
  }

  /** Somebody wants something of it, or its agent said something: what it waited for may be over. */
  #changed(id: string | undefined): void {
    if (id === undefined || this.#underWay.has(id)) return;
    this.#notBefore.delete(id);
    this.#asked.add(id);
    this.#bell.ring();
  }

  /** What ends by itself is seen when its provider says so, not only when its lease is renewed. */
  async #watchProviders(signal: AbortSignal): Promise<void> {
    const { providers, tag } = this.#parts;
    const watching = [...providers.values()].map(async (provider) => {
      await provider.watch?.(tag, (id) => this.#changed(id), signal);
    });
    await Promise.all(watching).catch(this.#onError);
  }

  /** Sessions of which something was heard: looked at whether they are due or not. */
  async #lookAtAsked(): Promise<void> {
    const asked = [...this.#asked];
    this.#asked.clear();
    for (const id of asked) {
      const session = await this.#parts.sessions.get(id);
      if (session !== null && !isFinalState(session.state)) this.#begin(session);
    }
  }

  /** `full`: its provider has enough to do. */
  #begin(session: SessionRecord): 'begun' | 'idle' | 'full' {
    const { id, spec } = session;
    const provider = this.#parts.providers.get(spec.provider);
    if (provider === undefined || this.#underWay.has(id) || this.#notBefore.has(id)) return 'idle';
    const busy = this.#busyAt(spec.provider);
    const making = isUnmade(session) ? 1 : 0;
    const { atOnce } = provider.capabilities;
    const mostMaking = Math.ceil(atOnce * MAKING_SHARE);
    if (busy.all >= atOnce || (making > 0 && busy.making >= mostMaking)) return 'full';
    busy.all += 1;
    busy.making += making;
    const work = this.#workThrough(id, provider).finally(() => {
      this.#underWay.delete(id);
      busy.all -= 1;
      busy.making -= making;
    });
    this.#underWay.set(id, work);
    return 'begun';
  }

  #busyAt(provider: string): { all: number; making: number } {
    const known = this.#busy.get(provider) ?? { all: 0, making: 0 };
    this.#busy.set(provider, known);
    return known;
  }

  async #workThrough(id: string, provider: Provider): Promise<void> {
    const again = await this.#work(id, provider).catch((error: unknown) => {
      this.#onError(error);
      return TICK_MS;
    });
    const pause = again === null && this.#fellBack.ms > 0 ? FELL_BACK_MS : again;
    if (typeof pause !== 'number') return;
    this.#notBefore.set(id, this.#parts.clock.steady() + pause);
    if (pause < TICK_MS) this.#bell.ring();
  }

  /** Step after step, each decided on the record as it is by then. */
  async #work(id: string, provider: Provider): Promise<Again> {
    const parts = this.#carryOutParts();
    for (let step = 0; step < STEPS; step += 1) {
      const session = await this.#parts.sessions.get(id);
      if (session === null || isFinalState(session.state)) return await this.#forget(id);
      const view = await this.#viewOf(session, provider);
      const [planned] = this.#plan(view);
      if (planned === undefined) return null;
      // It was looked at just now.
      if (view.unsure && planned.action.kind === 'look' && !planned.action.renew) return TICK_MS;
      const again = await carryOut(parts, { session, provider }, planned.action);
      if (again !== 'now') return again;
    }
    return TICK_MS;
  }

  #plan(view: SessionView): readonly PlannedAction[] {
    const now = this.#watchClock();
    return planSessions({ sessions: [view], quietUntil: this.#quietUntil }, now);
  }

  /** What only matters for a session that seems idle is asked for only then. */
  async #viewOf(session: SessionRecord, provider: Provider): Promise<SessionView> {
    const { uses, commands, clock } = this.#parts;
    const due = idleAt(session);
    const nothing = { session, use: null, commands: 0, unsure: false };
    if (due === null) return nothing;
    if (due > clock.now()) return { ...nothing, use: this.#unwrittenUse(session) };
    const running = await commands.busy(session.id);
    if (running > 0) return { ...nothing, commands: running };
    const ended = await commands.lastEnd(session.id);
    if (ended !== null) uses.note(session.id, 'run', ended);
    // A provider that does not answer cannot say that the session is used; it cannot be stopped there either.
    await look(this.#carryOutParts(), { session, provider }, false).catch(() => undefined);
    return { ...nothing, use: uses.latest(session.id), unsure: this.#processors.unsure(session.id) };
  }

  async #forget(id: string): Promise<null> {
    this.#notBefore.delete(id);
    this.#written.delete(id);
    this.#processors.forget(id);
    this.#parts.uses.forget(id);
    await this.#parts.assets.forget(id);
    return null;
  }

  #carryOutParts(): CarryOutParts {
    const { clock } = this.#parts;
    const trustedMs = (): number => {
      this.#watchClock();
      return clock.steady() - this.#trustedSince;
    };
    return { ...this.#parts, processors: this.#processors, trustedMs };
  }

  /** Use that only memory knows of, once that has gone on for so long that a restart, or another process, should not miss it. */
  #unwrittenUse({ id, activity, spec }: SessionRecord): Activity | null {
    const use = this.#parts.uses.latest(id);
    if (use === null) return null;
    const after = Math.min(WRITE_USE_MS, (spec.limits.idleMs ?? WRITE_USE_MS) / 4);
    const isNew = use.at - activity.at >= after;
    const isLast = use.at > activity.at && this.#parts.clock.now() - use.at >= after;
    return isNew || isLast ? use : null;
  }

  /** What was written in the future was written before the clock fell back, while nobody was here to see it. */
  async #compareClock(): Promise<void> {
    const now = this.#watchClock();
    const times = (await everyOpenSession(this.#parts.sessions)).map(({ since, launch, trouble }) =>
      Math.max(since, launch?.renewedAt ?? 0, launch?.calledAt ?? 0, trouble?.at ?? 0),
    );
    const ms = Math.max(0, ...times) - now;
    if (ms > TOLERANCE_MS) this.#fellBack = { ms, until: this.#last.steady + ms };
  }

  /** Sees a jump as soon as anything depends on the time. */
  #watchClock(): number {
    const { clock } = this.#parts;
    const [now, steady] = [clock.now(), clock.steady()];
    const jump = now - this.#last.now - (steady - this.#last.steady);
    if (this.#fellBack.until <= steady) this.#fellBack = { ms: 0, until: 0 };
    if (Math.abs(jump) > TOLERANCE_MS) {
      this.#quietUntil = now + DEFAULTS.leaseMs;
      this.#trustedSince = steady;
      const ms = Math.max(0, this.#fellBack.ms - jump);
      this.#fellBack = { ms, until: steady + ms };
    }
    this.#last = { now, steady };
    return now;
  }
}

function lineOf(session: SessionRecord): string {
  return `${session.spec.provider} ${isUnmade(session) ? 'makes' : 'has'}`;
}

/** Its compute was asked for, or will be in a moment. */
function isUnmade({ state, launch }: SessionRecord): boolean {
  return state === 'requested' || (state === 'creating' && launch?.handle == null);
}
