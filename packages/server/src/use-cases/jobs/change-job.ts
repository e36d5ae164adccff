import type { JobRecord, JobStep, JobStore, Notifier } from '@errand/core';
import { changeRecord } from '../change-record.ts';
import { topics } from '../topics.ts';

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
  const changed = await changeRecord({
    what: `JOB-2: job ${id}`,
    load: () => jobs.get(id),
    decide,
    nextOf: (step) => (step.kind === 'next' ? step.job : null),
    save: (next) => jobs.save(next),
  });
  if (changed === null) return null;
  const { step, record: job, saved } = changed;
  if (saved) {
    notifier.pulse(topics.job(id));
    notifier.pulse(topics.jobs, id);
  }
  return { step, job };
}
