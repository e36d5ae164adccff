import type { JobRecord, JobStep, JobStore, Notifier } from '@errand/core';
import { topics } from '../topics.ts';

/** The store refuses a save only when somebody else saved first, so this many losses in a row mean a fault of ours. */
const MOST_TRIES = 100;

export interface ChangeJobParts {
  readonly jobs: Pick<JobStore, 'get' | 'save'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
}

export interface ChangedJob {
  readonly step: JobStep;
  /** The record as it is now. */
  readonly job: JobRecord;
}

/** Load, decide, save under the version; again when somebody else was faster. null: there is no such job. */
export async function changeJob(
  { jobs, notifier }: ChangeJobParts,
  id: string,
  decide: (job: JobRecord) => JobStep,
): Promise<ChangedJob | null> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const job = await jobs.get(id);
    if (job === null) return null;
    const step = decide(job);
    if (step.kind === 'same') return { step, job };
    if ((await jobs.save(step.job)) === 'saved') {
      notifier.pulse(topics.job(id));
      notifier.pulse(topics.jobs, id);
      return { step, job: step.job };
    }
  }
  throw new Error(`JOB-2: job ${id} could not be saved in ${MOST_TRIES} tries`);
}
