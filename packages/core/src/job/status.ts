import { describeJobCause } from '../vocabulary/job-cause.ts';
import type { JobStatus } from '../vocabulary/job-state.ts';
import type { JobRecord } from './record.ts';

/** The visible status of a job. */
export function jobStatusOf({ state, cancel, end }: Pick<JobRecord, 'state' | 'cancel' | 'end'>): JobStatus {
  if (state !== 'finished') return cancel === null ? state : 'canceling';
  return end?.cause == null ? 'succeeded' : describeJobCause(end.cause).outcome;
}
