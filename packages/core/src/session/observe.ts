import type { ProviderErrorKind } from '../vocabulary/provider-error.ts';
import { REPEATABLE_ERRORS } from '../vocabulary/provider-error.ts';
import type { SessionReason } from '../vocabulary/session-reason.ts';
import { idleAt, leaseEnd, phaseDeadline, unusedAt } from './deadline.ts';
import { beginDelete, beginStop, fail, lose, mayExist, settleDeleted, settleStopped } from './ending.ts';
import { type BySessionState, move, next, type SessionStep, same, told } from './lifecycle.ts';
import type { Activity, Handle, PortAddress, SessionLaunch, SessionRecord } from './record.ts';
import { troubleAfter } from './trouble.ts';

/**
 * What was seen of a session: by a provider, a health check, the use-cases or the clock. Facts with a `key` speak of one launch. Times in ms.
 */
export type SessionFact =
  /** The provider is about to be asked for compute. */
  | { readonly kind: 'launching'; readonly now: number }
  /** It is about to be asked again, because the answer was lost. */
  | { readonly kind: 'asking_again'; readonly key: string; readonly now: number }
  | { readonly kind: 'launched'; readonly key: string; readonly handle: Handle; readonly now: number }
  /** Some time after the last call the provider knows nothing of this launch. */
  | { readonly kind: 'never_launched'; readonly key: string; readonly now: number }
  | { readonly kind: 'progress'; readonly key: string; readonly text: string; readonly now: number }
  | {
      readonly kind: 'runs';
      readonly key: string;
      readonly ports: readonly PortAddress[];
      readonly agent: SessionRecord['agent'];
      readonly now: number;
    }
  | { readonly kind: 'healthy'; readonly key: string; readonly now: number }
  | { readonly kind: 'unhealthy'; readonly key: string; readonly why: string; readonly now: number }
  /** It ended without being asked to, or is gone. */
  | { readonly kind: 'ended'; readonly key: string; readonly reason: SessionReason; readonly now: number }
  | { readonly kind: 'renewed'; readonly key: string; readonly leaseUntil: number; readonly now: number }
  | {
      readonly kind: 'call_failed';
      readonly error: ProviderErrorKind;
      readonly why: string;
      readonly retryAfterMs: number | null;
      readonly now: number;
    }
  /** The provider confirms: nothing runs; what it keeps is found under the same handle. `dropped`: its volumes are gone, too. */
  | {
      readonly kind: 'stop_confirmed';
      readonly key: string | null;
      readonly dropped?: boolean;
      readonly now: number;
    }
  /** The provider confirms: nothing is left of either. */
  | { readonly kind: 'end_confirmed'; readonly key: string | null; readonly now: number }
  | { readonly kind: 'active'; readonly activity: Activity }
  /** The clock: the phase took too long. `why`: the last thing that was seen of it. */
  | { readonly kind: 'phase_timed_out'; readonly why: string | null; readonly now: number }
  | { readonly kind: 'lease_ended'; readonly now: number }
  | { readonly kind: 'life_ended'; readonly now: number }
  | { readonly kind: 'idle'; readonly now: number }
  | { readonly kind: 'unused'; readonly now: number };

/** The next record after a fact. Never throws: repeated, late and out-of-order facts are legal. */
export function observeSession(session: SessionRecord, fact: SessionFact): SessionStep {
  // The session has gone on without that launch; the sweep ends what it may have made.
  if ('key' in fact && fact.key !== (session.launch?.key ?? null)) return same();
  const byState = SESSION_FACTS[fact.kind] as BySessionState<SessionFact>;
  return byState[session.state](session, fact);
}

type Fact<Kind extends SessionFact['kind']> = Extract<SessionFact, { kind: Kind }>;

/** Nothing but these states has an answer; all others leave the record as it is. */
function only<Event>(answers: Partial<BySessionState<Event>>): BySessionState<Event> {
  return { ...NOTHING, ...answers };
}

const NOTHING: BySessionState<unknown> = {
  requested: same,
  creating: same,
  starting: same,
  ready: same,
  stopping: same,
  stopped: same,
  deleting: same,
  deleted: same,
  failed: same,
};

/** Every fact in every state. */
export const SESSION_FACTS: { readonly [Kind in SessionFact['kind']]: BySessionState<Fact<Kind>> } = {
  launching: only({ requested: launching }),
  asking_again: only({ creating: askingAgain }),
  launched: only({ creating: launched, stopping: launched, deleting: launched }),
  never_launched: only({ stopping: neverLaunched, deleting: neverLaunched }),
  progress: only({ creating: progress, starting: progress }),
  runs: only({ creating: runs, ready: moved, starting: moved }),
  healthy: only({ starting: becomeReady }),
  unhealthy: only({ starting: unhealthy }),
  ended: only({ creating: failToStart, starting: failToStart, ready: lost }),
  renewed: only({ creating: renewed, starting: renewed, ready: renewed }),
  call_failed: only({
    creating: callFailed,
    starting: troubled,
    ready: troubled,
    stopping: troubled,
    deleting: troubled,
  }),
  stop_confirmed: only({ stopping: stopConfirmed }),
  end_confirmed: only({ deleting: endConfirmed }),
  active: only({ starting: active, ready: active }),
  phase_timed_out: only({
    creating: whenDue(phaseDeadline, createTimedOut),
    starting: whenDue(phaseDeadline, readyTimedOut),
  }),
  lease_ended: only({
    creating: whenDue(leaseEnd, failToStartByLease),
    starting: whenDue(leaseEnd, failToStartByLease),
    ready: whenDue(leaseEnd, leaseEnded),
  }),
  life_ended: only({ ready: whenDue(({ endsAt }) => endsAt, lifeEnded) }),
  idle: only({ ready: whenDue(idleAt, idle) }),
  unused: only({ stopped: whenDue(unusedAt, unused) }),
};

function launching(session: SessionRecord, { now }: Fact<'launching'>): SessionStep {
  const { limits } = session.spec;
  const launches = session.launches + 1;
  const launch: SessionLaunch = {
    key: `${session.id}-${launches}`,
    askedAt: now,
    calledAt: now,
    handle: null,
    leaseUntil: now + limits.leaseMs,
    renewedAt: now,
  };
  const endsAt = now + limits.lifeMs;
  const text = session.kept === null ? 'The provider is asked for it.' : 'The provider is asked to start it.';
  const fresh = session.dropsVolumes === true ? { dropsVolumes: false } : {};
  return move(session, 'creating', { launch, launches, endsAt, ...fresh, now, text });
}

function askingAgain(session: SessionRecord, { now }: Fact<'asking_again'>): SessionStep {
  return next(session, { launch: { ...presentLaunch(session), calledAt: now } });
}

/** Also while it is already being ended: now there is something to end. */
function launched(session: SessionRecord, { handle, now }: Fact<'launched'>): SessionStep {
  const launch = presentLaunch(session);
  if (launch.handle !== null) return same();
  const events = told(session, { at: now, kind: 'progress', text: 'The provider makes it.' });
  return next(session, { launch: { ...launch, handle }, kept: null, trouble: null, events });
}

function neverLaunched(session: SessionRecord, { now }: Fact<'never_launched'>): SessionStep {
  if (presentLaunch(session).handle !== null) return same();
  const unmade = { ...session, launch: null };
  // A start whose answer was lost may have woken what was kept: that is ended before anything is called stopped.
  if (mayExist(unmade)) return next(unmade, {});
  return session.state === 'deleting' ? settleDeleted(unmade, now) : settleStopped(unmade, null, now);
}

function progress(session: SessionRecord, { text, now }: Fact<'progress'>): SessionStep {
  if (session.events.at(-1)?.text === text) return same();
  return next(session, { events: told(session, { at: now, kind: 'progress', text }), trouble: null });
}

function runs(session: SessionRecord, { ports, agent, now }: Fact<'runs'>): SessionStep {
  return move(session, 'starting', { ports, agent, now, text: 'It runs.' });
}

/** Addresses may change, for instance after a machine was started again by hand. */
function moved(session: SessionRecord, { ports, agent }: Fact<'runs'>): SessionStep {
  const places = (at: Pick<SessionRecord, 'ports' | 'agent'>): string => JSON.stringify([at.ports, at.agent]);
  const changed = places({ ports, agent }) !== places(session);
  return changed || session.trouble !== null ? next(session, { ports, agent, trouble: null }) : same();
}

function becomeReady(session: SessionRecord, { now }: Fact<'healthy'>): SessionStep {
  const firstReadyAt = session.firstReadyAt ?? now;
  const ready = { firstReadyAt, readyAt: now, activity: { kind: 'start', at: now } } as const;
  return move(session, 'ready', { ...ready, failure: null, ending: null, now, text: 'Ready.' });
}

function unhealthy(session: SessionRecord, { why, now }: Fact<'unhealthy'>): SessionStep {
  return fail(session, { reason: { kind: 'unhealthy', why }, now });
}

function failToStart(session: SessionRecord, { reason, now }: Fact<'ended'>): SessionStep {
  return fail(session, { reason, now });
}

function lost(session: SessionRecord, { reason, now }: Fact<'ended'>): SessionStep {
  return lose(session, { reason, now });
}

/** `leaseUntil` never moves back: what the compute was told last is what counts. What keeps a start from going on is not over by this. */
function renewed(session: SessionRecord, { leaseUntil, now }: Fact<'renewed'>): SessionStep {
  const launch = { ...presentLaunch(session), leaseUntil, renewedAt: now };
  return next(session, { launch });
}

/** An error that will not go away fails the start; what the provider may have made all the same is looked for and ended. */
function callFailed(session: SessionRecord, fact: Fact<'call_failed'>): SessionStep {
  if (REPEATABLE_ERRORS[fact.error]) return troubled(session, fact);
  const reason = { kind: 'provider', error: fact.error, why: fact.why } as const;
  return fail(session, { reason, now: fact.now });
}

function troubled(session: SessionRecord, fact: Fact<'call_failed'>): SessionStep {
  const trouble = troubleAfter(session.trouble, fact);
  const known = session.trouble?.message === fact.why;
  const events = known ? session.events : told(session, { at: fact.now, kind: 'trouble', text: fact.why });
  return next(session, { trouble, events });
}

function stopConfirmed(session: SessionRecord, { dropped, now }: Fact<'stop_confirmed'>): SessionStep {
  const { launch, kept, dropsVolumes } = session;
  // The provider was asked before somebody wanted that.
  if (dropsVolumes === true && dropped !== true) return same();
  // Nobody knows yet what that launch made.
  if (launch !== null && launch.handle === null) return same();
  return settleStopped(session, launch?.handle ?? kept, now);
}

function endConfirmed(session: SessionRecord, { now }: Fact<'end_confirmed'>): SessionStep {
  const { launch } = session;
  if (launch !== null && launch.handle === null) return same();
  return settleDeleted(session, now);
}

function active(session: SessionRecord, { activity }: Fact<'active'>): SessionStep {
  return activity.at > session.activity.at ? next(session, { activity }) : same();
}

/**
 * What the clock says was planned from an older record. Where somebody extended it, held it or used it meanwhile the time has not come; both
 * got their 2xx.
 */
function whenDue<Timed extends { readonly now: number }>(
  dueAt: (session: SessionRecord) => number | null,
  then: (session: SessionRecord, fact: Timed) => SessionStep,
): (session: SessionRecord, fact: Timed) => SessionStep {
  return (session, fact) => ((dueAt(session) ?? Infinity) <= fact.now ? then(session, fact) : same());
}

function createTimedOut(session: SessionRecord, { why, now }: Fact<'phase_timed_out'>): SessionStep {
  const limitMs = session.spec.limits.createMs;
  return fail(session, { reason: { kind: 'create_timed_out', limitMs, why }, now });
}

function readyTimedOut(session: SessionRecord, { why, now }: Fact<'phase_timed_out'>): SessionStep {
  const limitMs = session.spec.limits.readyMs;
  return fail(session, { reason: { kind: 'ready_timed_out', limitMs, why }, now });
}

function failToStartByLease(session: SessionRecord, { now }: Fact<'lease_ended'>): SessionStep {
  return fail(session, { reason: { kind: 'lease_ended' }, now });
}

function leaseEnded(session: SessionRecord, { now }: Fact<'lease_ended'>): SessionStep {
  return lose(session, { reason: { kind: 'lease_ended' }, now });
}

function lifeEnded(session: SessionRecord, { now }: Fact<'life_ended'>): SessionStep {
  const lifeMs = now - (session.launch?.askedAt ?? now);
  return beginStop(session, { reason: { kind: 'life_ended', lifeMs }, now });
}

function idle(session: SessionRecord, { now }: Fact<'idle'>): SessionStep {
  return beginStop(session, { reason: { kind: 'idle', idleMs: now - session.activity.at }, now });
}

function unused(session: SessionRecord, { now }: Fact<'unused'>): SessionStep {
  return beginDelete(session, { reason: { kind: 'unused', unusedMs: now - session.since }, now });
}

function presentLaunch({ id, state, launch }: SessionRecord): SessionLaunch {
  if (launch === null) throw new Error(`SES-1: session ${id} is ${state} without a launch`);
  return launch;
}
