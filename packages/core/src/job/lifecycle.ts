/**
 * The life of a job: `queued -> provisioning -> running -> checking -> tearing_down -> waiting -> provisioning ...`, `-> finished`.
 *
 * Two verbs make every next record: `request` (somebody wants it to end) and `observe` (what became of its session, its commands, its outputs,
 * or what the clock says). Both look the event up in one table per state, so a state without an answer to an event does not compile. Facts may
 * come repeated, late and out of order, and about an attempt that the job has gone on without: these change nothing.
 *
 * An attempt leaves `provisioning`, `running` and `checking` through `tearing_down` only, and that only once its provider has confirmed that
 * nothing of its session runs. So no two attempts of a job are ever alive at once, and the first cause of an attempt's end stays its cause.
 */

import type { JobState } from '../vocabulary/job-state.ts';
import { LIMITS } from '../vocabulary/limits.ts';
import type { JobAttempt, JobEvent, JobRecord } from './record.ts';

export type JobStep = { readonly kind: 'next'; readonly job: JobRecord } | { readonly kind: 'same' };

/** One answer per state; a gap does not compile. */
export type ByJobState<Event> = {
  readonly [State in JobState]: (job: JobRecord, event: Event) => JobStep;
};

const SAME: JobStep = { kind: 'same' };

export function same(): JobStep {
  return SAME;
}

/** The next record, one version on. */
export function next(job: JobRecord, change: Partial<JobRecord>): JobStep {
  return { kind: 'next', job: { ...job, ...change, version: job.version + 1 } };
}

interface Move extends Partial<JobRecord> {
  readonly now: number;
  readonly text: string;
}

/** The record in another state from `now` on: its attempt remembers the step, and an event says so. */
export function move(job: JobRecord, state: JobState, { now, text, ...change }: Move): JobStep {
  const moved = { ...job, ...change, state, since: now, trouble: null };
  const attempt = stepped(moved.attempt, state, now);
  return next(moved, { attempt, events: told(job, { at: now, kind: state, text }) });
}

function stepped(attempt: JobAttempt | null, state: JobState, at: number): JobAttempt | null {
  return attempt === null ? null : { ...attempt, steps: [...attempt.steps, { state, at }] };
}

/** The events with one more; the same text again is not told again. */
export function told(
  { events }: Pick<JobRecord, 'events'>,
  event: Omit<JobEvent, 'seq'>,
): readonly JobEvent[] {
  const last = events.at(-1);
  if (last?.kind === event.kind && last.text === event.text) return events;
  return [...events, { seq: (last?.seq ?? 0) + 1, ...event }].slice(-LIMITS.jobEvents);
}

/** The present attempt, in states that have one. */
export function presentAttempt({ id, state, attempt }: JobRecord): JobAttempt {
  if (attempt === null) throw new Error(`JOB-1: job ${id} is ${state} without an attempt`);
  return attempt;
}
