import type { SessionCreate } from '@errand/contract';
import type { JobRecord } from '@errand/core';
import { actorOfJob, type JobParts, sessionKey } from '../../use-cases/jobs/job-parts.ts';
import { createSession } from '../../use-cases/sessions/create-session.ts';
import { type Again, observe } from './job-task.ts';
import { unsealed } from './unsealed.ts';

/** Asks for the session of the next attempt, under a key of that attempt: however often this is done, there is one. */
export async function askSession(parts: JobParts, job: JobRecord): Promise<Again> {
  const attempt = job.past.length + 1;
  const { sessions, clock } = parts;
  const { id: sessionId } = await createSession(sessions, actorOfJob(job), {
    request: {
      ...unsealed(job.spec.session as SessionCreate, parts.unseal),
      owner: job.owner,
      tags: [job.id],
    },
    idempotencyKey: sessionKey(attempt),
    stays: true,
  });
  return await observe(parts, job.id, { kind: 'session_made', attempt, sessionId, now: clock.now() });
}
