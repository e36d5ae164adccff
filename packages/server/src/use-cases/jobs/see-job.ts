import {
  type Clock,
  ErrandError,
  type JobEvent,
  type JobRecord,
  type JobStore,
  type Notifier,
} from '@errand/core';
import { type Actor, checkSees } from '../actor.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';

export interface SeeJobParts {
  readonly jobs: Pick<JobStore, 'get' | 'byName'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

/** The job of an id, or of a name of the actor's owner; `not_found` where the actor may not see it. */
export async function seeJob(
  { jobs }: Pick<SeeJobParts, 'jobs'>,
  actor: Actor,
  word: string,
): Promise<JobRecord> {
  const job =
    (word.startsWith('job_') ? await jobs.get(word) : null) ?? (await jobs.byName(actor.owner, word));
  checkSees(actor, job?.owner, 'job');
  if (job === null) throw new ErrandError('not_found', 'there is no such job');
  return job;
}

interface Asked {
  readonly actor: Actor;
  readonly word: string;
}

interface Waiting {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** The job once it has finished, or as it is when the time is up. */
export async function awaitJob(
  parts: SeeJobParts,
  { actor, word }: Asked,
  waiting: Waiting,
): Promise<JobRecord> {
  const { id } = await seeJob(parts, actor, word);
  const look = async (): Promise<JobRecord | null> => {
    const job = await seeJob(parts, actor, id);
    return job.state === 'finished' ? job : null;
  };
  return (
    (await waitFor(parts, { topics: [topics.job(id)], look, ...waiting })) ?? (await seeJob(parts, actor, id))
  );
}

export interface NewJobEvents {
  readonly job: JobRecord;
  readonly events: readonly JobEvent[];
}

/** What happened after the event `after`; waits for something to happen, unless the job has finished. */
export async function followJob(
  parts: SeeJobParts,
  { actor, word, after }: Asked & { readonly after: number },
  waiting: Waiting,
): Promise<NewJobEvents> {
  const { id } = await seeJob(parts, actor, word);
  const newest = async (): Promise<NewJobEvents> => {
    const job = await seeJob(parts, actor, id);
    return { job, events: job.events.filter(({ seq }) => seq > after) };
  };
  const look = async (): Promise<NewJobEvents | null> => {
    const seen = await newest();
    return seen.events.length > 0 || seen.job.state === 'finished' ? seen : null;
  };
  return (await waitFor(parts, { topics: [topics.job(id)], look, ...waiting })) ?? (await newest());
}
