import type { EndReason } from '../vocabulary/end-reason.ts';
import type { LogEnd } from '../vocabulary/log-end.ts';
import type { ArtifactsState } from './artifacts.ts';
import { endAttempt, finish, isGuess, proven, returnUnexecuted } from './finish.ts';
import { type ByState, next, type RunStep, same, superseded } from './lifecycle.ts';
import type { Attempt, RunRecord } from './record.ts';
import { type ResultState, withResult } from './result.ts';

/** What was seen: by an agent about an attempt it names by token, or by the reconciler's look at the clock. Times in ms. */
export type RunFact =
  /** An agent claimed the run. */
  | {
      readonly kind: 'leased';
      readonly agentId: string;
      readonly leaseMs: number;
      readonly lostAfterMs: number;
      readonly now: number;
    }
  /** The session that holds the lease and was made for this run is ready: its agent has it from now on, to be executed there. */
  | {
      readonly kind: 'placed';
      readonly token: number;
      readonly session: string;
      readonly agentId: string;
      readonly leaseMs: number;
      readonly now: number;
    }
  /** No session can be made for it: now (`again`, in ms since 1970), or at all (null). */
  | {
      readonly kind: 'not_placed';
      readonly token: number;
      readonly why: string;
      readonly again: number | null;
      readonly now: number;
    }
  /** Any call of the agent that holds the lease; writes only when half of the lease is used up. */
  | { readonly kind: 'renewed'; readonly token: number; readonly leaseMs: number; readonly now: number }
  /** The connection of the agent closed and did not come back: its lease has at most `leftMs` to run. */
  | { readonly kind: 'disconnected'; readonly token: number; readonly leftMs: number; readonly now: number }
  /** The agent stands at the door and asks to execute. */
  | {
      readonly kind: 'starting';
      readonly token: number;
      readonly claimant: string | null;
      readonly now: number;
    }
  | { readonly kind: 'started'; readonly token: number; readonly at: number }
  | {
      readonly kind: 'ended';
      readonly token: number;
      readonly reason: EndReason;
      readonly log: LogEnd | null;
      /** Nothing where none was reported. */
      readonly result?: ResultState | null;
      readonly artifacts?: ArtifactsState | undefined;
      readonly now: number;
    }
  /** The agent, back from a crash, finds the attempt acknowledged but never executed. */
  | { readonly kind: 'not_executed'; readonly token: number; readonly now: number }
  /** The lease ran out: before the door the run returns to the queue, behind it the agent is silent. */
  | { readonly kind: 'lease_ended'; readonly token: number; readonly now: number }
  | { readonly kind: 'agent_silent'; readonly token: number; readonly now: number }
  /** Silent for too long (`lost`), its right was ended, or a provider confirms that the machine is gone, and may know `why`. */
  | {
      readonly kind: 'agent_gone';
      readonly token: number;
      readonly how: 'lost' | 'revoked' | GoneMachine;
      readonly why?: string | undefined;
      readonly now: number;
    }
  /** `why`: what it waited for, where somebody looked. */
  | { readonly kind: 'queue_timed_out'; readonly why?: string; readonly now: number };

/** What ended a machine: nobody knows, its memory was used up, or it had lived for as long as it may. */
export type GoneMachine = 'machine_gone' | 'out_of_memory' | 'time_over';

/** The next record after a fact. Never throws: repeated, late and out-of-order facts are legal. */
export function observeRun(run: RunRecord, fact: RunFact): RunStep {
  if ('token' in fact && fact.token !== run.token) return observeOther(run, fact);
  const byState = FACTS[fact.kind] as ByState<RunFact>;
  return byState[run.state](run, fact);
}

/** Facts about another attempt than the present one change nothing; a late end is written down where people can see it. */
function observeOther(run: RunRecord, fact: RunFact): RunStep {
  return fact.kind === 'ended' ? endPast(run, fact) : superseded();
}

/** The end of an attempt that the run has gone on without: between two attempts the token is still that of the one before. */
function endPast(run: RunRecord, fact: Fact<'ended'>): RunStep {
  const late = run.past.find(
    ({ token, reason }) => token === fact.token && reason !== null && isGuess(reason),
  );
  if (late === undefined || late.superseded !== null) return superseded();
  const past = run.past.map((attempt) => (attempt === late ? { ...late, superseded: fact.reason } : attempt));
  return next(run, { past });
}

type Fact<Kind extends RunFact['kind']> = Extract<RunFact, { kind: Kind }>;

/** Facts that name a token meet these rows only with the run's present token. */
export const FACTS: { readonly [Kind in RunFact['kind']]: ByState<Fact<Kind>> } = {
  leased: { queued: lease, leased: superseded, running: superseded, finished: superseded },
  placed: { queued: superseded, leased: place, running: same, finished: superseded },
  not_placed: { queued: same, leased: giveUpPlace, running: same, finished: same },
  renewed: { queued: superseded, leased: renew, running: renew, finished: superseded },
  disconnected: { queued: same, leased: shorten, running: shorten, finished: same },
  starting: { queued: superseded, leased: open, running: same, finished: superseded },
  started: { queued: superseded, leased: superseded, running: started, finished: same },
  ended: { queued: endPast, leased: superseded, running: ended, finished: amend },
  not_executed: { queued: same, leased: giveBack, running: giveBackRunning, finished: same },
  lease_ended: { queued: same, leased: giveBack, running: same, finished: same },
  agent_silent: { queued: same, leased: same, running: silent, finished: same },
  agent_gone: { queued: same, leased: giveBack, running: gone, finished: same },
  queue_timed_out: { queued: queueTimedOut, leased: same, running: same, finished: same },
};

function lease(run: RunRecord, { agentId, leaseMs, lostAfterMs, now }: Fact<'leased'>): RunStep {
  const token = run.token + 1;
  const attempt: Attempt = {
    token,
    agentId,
    claimant: null,
    leasedAt: now,
    leaseExpiresAt: now + leaseMs,
    startingAt: null,
    startedAt: null,
    unreachableAt: null,
    lostAfterMs,
  };
  return next(run, { state: 'leased', token, attempt, notPlaced: undefined });
}

function place(run: RunRecord, { session, agentId, leaseMs, now }: Fact<'placed'>): RunStep {
  const attempt = { ...presentAttempt(run), agentId, session, leaseExpiresAt: now + leaseMs };
  return next(run, { attempt }, { kind: 'tell_agent', agentId });
}

function giveUpPlace(run: RunRecord, { why, again, now }: Fact<'not_placed'>): RunStep {
  if (again === null) return finish(run, { reason: { kind: 'refused', why }, log: null, now });
  const step = returnUnexecuted(run, now);
  return step.kind === 'next' ? { ...step, run: { ...step.run, notBefore: again, notPlaced: why } } : step;
}

function renew(run: RunRecord, { leaseMs, now }: Fact<'renewed'>): RunStep {
  const attempt = presentAttempt(run);
  const left = attempt.leaseExpiresAt - now;
  const fresh = left > leaseMs / 2 && left <= leaseMs && attempt.unreachableAt === null;
  if (fresh) return same();
  return next(run, { attempt: { ...attempt, leaseExpiresAt: now + leaseMs, unreachableAt: null } });
}

function shorten(run: RunRecord, { leftMs, now }: Fact<'disconnected'>): RunStep {
  const attempt = presentAttempt(run);
  if (attempt.leaseExpiresAt <= now + leftMs) return same();
  return next(run, { attempt: { ...attempt, leaseExpiresAt: now + leftMs } });
}

function open(run: RunRecord, { claimant, now }: Fact<'starting'>): RunStep {
  const attempt = { ...presentAttempt(run), claimant, startingAt: now };
  return next(run, { state: 'running', attempt, executed: run.executed + 1 });
}

function started(run: RunRecord, { at }: Fact<'started'>): RunStep {
  const attempt = presentAttempt(run);
  if (attempt.startedAt !== null) return same();
  return next(run, { attempt: { ...attempt, startedAt: at, unreachableAt: null } });
}

function ended(run: RunRecord, { reason, log, result = null, artifacts, now }: Fact<'ended'>): RunStep {
  return endAttempt(run, { reason: withResult(reason, result), log, result, artifacts, now });
}

/** The true end of a run that had been declared lost takes the place of `lost`; any other repeat changes nothing. */
function amend(run: RunRecord, fact: Fact<'ended'>): RunStep {
  if (run.attempt === null) return endPast(run, fact);
  const { log, result = null, artifacts, now } = fact;
  const reason = withResult(fact.reason, result);
  if (run.end === null || !isGuess(run.end.reason) || isGuess(reason)) return same();
  const end = { ...run.end, reason: proven(run, reason), log, amendedAt: now, result, artifacts };
  return next(run, { end });
}

function giveBack(run: RunRecord, { now }: { readonly now: number }): RunStep {
  return run.spec.caller ? callerWentAway(run, now) : returnUnexecuted(run, now);
}

/** Once started it was executed, whatever an agent says later. */
function giveBackRunning(run: RunRecord, fact: Fact<'not_executed'>): RunStep {
  if (presentAttempt(run).startedAt !== null) return same();
  if (run.cancel !== null) return finish(run, { reason: { kind: 'canceled' }, log: null, now: fact.now });
  return giveBack(run, fact);
}

function callerWentAway(run: RunRecord, now: number): RunStep {
  const why = 'the command line that submitted it went away before it started the command';
  return finish(run, {
    reason: { kind: 'spawn_failed', errno: 'ECANCELED', stage: 'other', why },
    log: null,
    now,
  });
}

function silent(run: RunRecord, { now }: Fact<'agent_silent'>): RunStep {
  const attempt = presentAttempt(run);
  return attempt.unreachableAt === null ? next(run, { attempt: { ...attempt, unreachableAt: now } }) : same();
}

function gone(run: RunRecord, { how, why, now }: Fact<'agent_gone'>): RunStep {
  return endAttempt(run, { reason: GONE[how](why), log: null, now });
}

/** Only a provider proves that nothing of an attempt is left. */
const GONE: Readonly<Record<Fact<'agent_gone'>['how'], (why: string | undefined) => EndReason>> = {
  lost: () => ({ kind: 'lost' }),
  revoked: () => ({ kind: 'lost', agent: 'revoked' }),
  machine_gone: (why) => ({ kind: 'machine_gone', ...(why === undefined ? {} : { why }) }),
  out_of_memory: () => ({ kind: 'out_of_memory' }),
  time_over: () => ({ kind: 'timed_out', phase: 'machine' }),
};

function queueTimedOut(run: RunRecord, { why, now }: Fact<'queue_timed_out'>): RunStep {
  const reason = { kind: 'timed_out', phase: 'queue', ...(why === undefined ? {} : { why }) } as const;
  return finish(run, { reason, log: null, now });
}

function presentAttempt(run: RunRecord): Attempt {
  if (run.attempt === null) throw new Error(`RUN-1: run ${run.id} is ${run.state} without an attempt`);
  return run.attempt;
}
