import { type JobAttempt, type JobFact, type JobRecord, observeJob } from '@errand/core';
import { changeJob } from '../../use-cases/jobs/change-job.ts';
import type { JobParts } from '../../use-cases/jobs/job-parts.ts';

/** When the job should be looked at again: at once, or after some ms. */
export type Again = 'now' | number;

/** What others work on is looked at this often where no pulse says that it changed. */
export const LOOK_MS = 2_000;

/** Writes a fact down; whoever changed the job meanwhile is asked what the fact means now. */
export async function observe(
  parts: Pick<JobParts, 'jobs' | 'notifier'>,
  id: string,
  fact: JobFact,
): Promise<Again> {
  const changed = await changeJob(parts, id, (job) => observeJob(job, fact));
  return changed?.step.kind === 'next' ? 'now' : LOOK_MS;
}

/** The present attempt, in states that have one. */
export function attemptOf({ id, state, attempt }: JobRecord): JobAttempt {
  if (attempt === null) throw new Error(`JOB-3: job ${id} is ${state} without an attempt`);
  return attempt;
}
