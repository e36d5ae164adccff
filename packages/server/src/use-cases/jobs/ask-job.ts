import { ErrandError, type JobIntent, type JobRecord, requestJob } from '@errand/core';
import { type Actor, checkTouches } from '../actor.ts';
import { type ChangeJobParts, changeJob } from './change-job.ts';
import { type SeeJobParts, seeJob } from './see-job.ts';

/** Passes a wish to a job. Throws `not_found` for jobs the actor may not see. */
export async function askJob(
  parts: ChangeJobParts & Pick<SeeJobParts, 'jobs'>,
  { actor, word }: { readonly actor: Actor; readonly word: string },
  intent: JobIntent,
): Promise<JobRecord> {
  const { id, owner } = await seeJob(parts, actor, word);
  checkTouches(actor, owner, 'job');
  const changed = await changeJob(parts, id, (job) => requestJob(job, intent));
  if (changed === null) throw new ErrandError('not_found', 'there is no such job');
  return changed.job;
}
