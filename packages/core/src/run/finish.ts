import { describeEnd, type EndReason } from '../vocabulary/end-reason.ts';
import type { LogEnd } from '../vocabulary/log-end.ts';
import type { RetryCause } from '../vocabulary/run-choice.ts';
import type { ArtifactsState } from './artifacts.ts';
import { next, type RunStep } from './lifecycle.ts';
import type { PastAttempt, RunRecord } from './record.ts';
import type { ResultState } from './result.ts';

/** The present attempt ended: try again where the owner asked for it and the reason allows it, else finish the run. */
export function endAttempt(run: RunRecord, end: AttemptEnd): RunStep {
  return mayRetry(run, end.reason) ? requeue(run, end) : finish(run, end);
}

export interface AttemptEnd {
  readonly reason: EndReason;
  readonly log: LogEnd | null;
  readonly now: number;
  readonly result?: ResultState | null;
  readonly artifacts?: ArtifactsState | undefined;
}

export function finish(run: RunRecord, { reason, log, now, result = null, artifacts }: AttemptEnd): RunStep {
  return next(run, {
    state: 'finished',
    end: { reason: proven(run, reason), log, at: now, amendedAt: null, result, artifacts },
  });
}

/** Reasons that were concluded from silence, not reported. */
export function isGuess({ kind }: EndReason): boolean {
  return kind === 'lost' || kind === 'machine_gone';
}

/** Canceled means that no process of the run is left; an earlier attempt that was lost may live on where nobody can look. */
export function proven(run: RunRecord, reason: EndReason): EndReason {
  const unseen = run.past.some((past) => past.reason?.kind === 'lost' && past.superseded === null);
  return reason.kind === 'canceled' && unseen ? { kind: 'canceled_unproven', left: -1 } : reason;
}

/** Back to the queue after an executed attempt, with the owner's back-off. */
function requeue(run: RunRecord, end: AttemptEnd): RunStep {
  const notBefore = end.now + run.spec.retry.backoffMs;
  return backToQueue(run, { ...end, notBefore });
}

/** An attempt that was never executed goes back at no cost: its place in the queue and its deadline stay. */
export function returnUnexecuted(run: RunRecord, now: number): RunStep {
  const past = [...run.past, ...pastAttempt(run, { reason: null, log: null, now })];
  const executed = run.attempt?.startingAt == null ? run.executed : run.executed - 1;
  return next(
    run,
    { state: 'queued', attempt: null, executed, past },
    { kind: 'serve_pool', pool: run.pool },
  );
}

interface Requeue extends Omit<AttemptEnd, 'reason'> {
  readonly reason: EndReason;
  readonly notBefore: number;
}

/** A new turn in the queue, with a new queue deadline. */
export function backToQueue(run: RunRecord, { reason, log, now, notBefore }: Requeue): RunStep {
  const change = {
    state: 'queued',
    attempt: null,
    cancel: null,
    end: null,
    queuedAt: now,
    notBefore,
    queueDeadline: notBefore + run.spec.queueTimeoutMs,
    past: [...run.past, ...pastAttempt(run, { reason, log, now })],
  } as const;
  return next(run, change, { kind: 'serve_pool', pool: run.pool });
}

function pastAttempt(
  run: RunRecord,
  end: Omit<AttemptEnd, 'reason'> & { reason: EndReason | null },
): PastAttempt[] {
  if (run.attempt === null) return [];
  const { token, agentId, claimant, startingAt } = run.attempt;
  // A short command is over before anybody says that it started; one that was not executed never did.
  const startedAt = run.attempt.startedAt ?? (end.reason === null ? null : startingAt);
  const { reason, log, now: endedAt } = end;
  return [{ token, agentId, claimant, startedAt, endedAt, reason, log, superseded: null }];
}

function mayRetry(run: RunRecord, reason: EndReason): boolean {
  const { retry, caller } = run.spec;
  if (caller || run.cancel !== null || run.executed >= retry.attempts) return false;
  const { retryable, outcome } = describeEnd(reason);
  return retryable && retry.on.some((cause: RetryCause) => cause === outcome);
}
