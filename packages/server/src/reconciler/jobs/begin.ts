import type { JobRecord, OutputSight } from '@errand/core';
import { type JobParts, placeOf } from '../../use-cases/jobs/job-parts.ts';
import { type Again, attemptOf, observe } from './job-task.ts';

/** Looks how the outputs are before anything is executed: what is the same afterwards is an old one. */
export async function begin(parts: JobParts, job: JobRecord): Promise<Again> {
  const { number, sessionId } = attemptOf(job);
  const before = await Promise.all(
    job.spec.outputs.map(async ({ target, newerThanStart }): Promise<OutputSight | null> => {
      return newerThanStart ? await placeOf(parts, target).look(target, sessionId) : null;
    }),
  );
  const now = parts.clock.now();
  return await observe(parts, job.id, { kind: 'session_ready', attempt: number, before, now });
}
