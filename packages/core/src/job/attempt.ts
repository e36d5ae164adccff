import { describeJobCause, type JobCause, type JobRetryCause } from '../vocabulary/job-cause.ts';
import type { JobFinishKind } from '../vocabulary/job-state.ts';
import { span } from '../vocabulary/session-reason.ts';
import { type JobStep, move, presentAttempt } from './lifecycle.ts';
import type { CommandProgress, JobAttempt, JobRecord, OutputProgress } from './record.ts';

/** What a job goes on after: nothing to tear down has more time than this beyond the deadline. */
export const TEAR_DOWN_MS = 5 * 60_000;

const NOT_MADE: CommandProgress = { runId: null, madeAt: null, endedAt: null, reason: null };
const UNCHECKED: OutputProgress = { state: 'unchecked', why: null };

/** The number that the next attempt has, or the present one. */
export function attemptNumber({ past }: Pick<JobRecord, 'past'>): number {
  return past.length + 1;
}

/** The attempt that begins now. */
export function newAttempt(job: JobRecord, sessionId: string | null, now: number): JobAttempt {
  return {
    number: attemptNumber(job),
    sessionId,
    startedAt: now,
    beganAt: null,
    steps: [],
    commands: job.spec.commands.map(() => NOT_MADE),
    before: [],
    outputs: job.spec.outputs.map(() => UNCHECKED),
    cause: null,
    ending: null,
    endedAt: null,
    settled: false,
  };
}

/** The attempt is over, with or without a cause: from here on its session is ended. */
export function endAttempt(job: JobRecord, cause: JobCause | null, now: number): JobStep {
  const attempt: JobAttempt = { ...presentAttempt(job), cause, endedAt: now };
  const ending = endingOf({ ...job, attempt }, now);
  const text = cause === null ? 'All is done.' : describeJobCause(cause).sentence.replace(/[^.]$/, '$&.');
  return move({ ...job, attempt: { ...attempt, ending } }, 'tearing_down', {
    now,
    text: `${text} ${ENDING[ending]}`,
  });
}

const ENDING: Readonly<Record<JobFinishKind, string>> = {
  delete: 'Its session is deleted.',
  stop: 'Its session is stopped.',
  keep: 'Its session is kept.',
};

/** Only a session of a job that succeeded is kept; only that of the last attempt is left stopped. */
function endingOf(job: JobRecord, now: number): JobFinishKind {
  const { cause } = presentAttempt(job);
  const { kind } = job.spec.finish;
  if (cause === null) return kind;
  return kind === 'stop' && nextAttemptAt(job, now) === null ? 'stop' : 'delete';
}

/** The session is where the attempt's end wants it: the job finishes, or waits for its next attempt. */
export function settleAttempt(job: JobRecord, now: number): JobStep {
  const attempt = { ...presentAttempt(job), settled: true };
  const settled = { ...job, attempt };
  const { cause } = attempt;
  const notBefore = nextAttemptAt(settled, now);
  if (cause === null || notBefore === null)
    return finish(settled, cause === null ? null : lastCause(settled, cause), now);
  return move({ ...settled, past: [...job.past, attempt], attempt: null, notBefore }, 'waiting', {
    now,
    text: `Attempt ${attempt.number} is over; the next one begins in ${span(notBefore - now)}.`,
  });
}

/** Somebody who cancels what was to be tried again has the last word. */
function lastCause({ cancel }: JobRecord, cause: JobCause): JobCause {
  return cancel === null ? cause : { kind: 'canceled', by: cancel.by };
}

/** The provider did not confirm the end of the session in time. What was to be tried again cannot be: the old session might write the output. */
export function giveUp(job: JobRecord, now: number): JobStep {
  const { cause } = presentAttempt(job);
  // As it was when the tear-down began: by now the deadline has passed in any case.
  const isLast = cause !== null && nextAttemptAt(job, job.since) === null;
  const why = 'Nobody confirms that its session is gone; it stays an alarm until that is so.';
  return finish(job, isLast ? lastCause(job, cause) : { kind: 'infrastructure', why, passing: true }, now);
}

/** The job has ended for good. */
export function finish(job: JobRecord, cause: JobCause | null, now: number): JobStep {
  const past = job.attempt === null ? job.past : [...job.past, withStep(job.attempt, now)];
  const text = cause === null ? 'Succeeded.' : describeJobCause(cause).sentence;
  return move({ ...job, past, attempt: null, end: { cause, at: now } }, 'finished', { now, text });
}

function withStep(attempt: JobAttempt, at: number): JobAttempt {
  return { ...attempt, steps: [...attempt.steps, { state: 'finished', at }] };
}

/** When another attempt begins, in ms; null: there is none. One that could not begin before the deadline is none. */
export function nextAttemptAt(job: JobRecord, now: number): number | null {
  const { spec, cancel, deadline } = job;
  const { cause, number } = presentAttempt(job);
  if (cause === null || cancel !== null || number >= spec.retry.attempts) return null;
  const asked = spec.retry.on.includes(cause.kind as JobRetryCause);
  if (!asked || !describeJobCause(cause).retryable) return null;
  const { backoffMs, rate, maxMs } = spec.retry;
  const at = now + Math.min(backoffMs * rate ** (number - 1), maxMs);
  return at < deadline ? at : null;
}
