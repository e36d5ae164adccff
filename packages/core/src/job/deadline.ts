import type { JobState } from '../vocabulary/job-state.ts';
import { TEAR_DOWN_MS } from './attempt.ts';
import type { JobRecord } from './record.ts';

/** When the present attempt has taken too long; null: there is none, or it is over. */
export function attemptDeadline({ state, attempt, spec }: JobRecord): number | null {
  const limited = state === 'provisioning' || state === 'running' || state === 'checking';
  return attempt === null || !limited ? null : attempt.startedAt + spec.timeoutMs;
}

/** When a tear-down that nobody confirms is waited for no longer; null outside of one. */
export function tearDownDeadline({ state, since, deadline }: JobRecord): number | null {
  return state === 'tearing_down' ? Math.max(deadline, since + TEAR_DOWN_MS) : null;
}

/**
 * When the job next needs the reconciler, in ms; null: never (it has finished). The store keeps it as a column to find what is due. A job that
 * waits for a session, a command or an output is always due: how often that is looked at is the reconciler's.
 */
export function jobWakeAt(job: JobRecord): number | null {
  return WAKE[job.state](job);
}

const WAKE: { readonly [State in JobState]: (job: JobRecord) => number | null } = {
  queued: begins,
  provisioning: troubledOrDue,
  running: troubledOrDue,
  checking: troubledOrDue,
  tearing_down: troubledOrDue,
  waiting: begins,
  finished: () => null,
};

function begins({ notBefore, trouble, deadline }: JobRecord): number {
  return Math.min(Math.max(notBefore, trouble?.notBefore ?? 0), deadline);
}

function troubledOrDue(job: JobRecord): number {
  const due = job.trouble?.notBefore ?? job.since;
  return Math.min(due, job.deadline, attemptDeadline(job) ?? Infinity, tearDownDeadline(job) ?? Infinity);
}
