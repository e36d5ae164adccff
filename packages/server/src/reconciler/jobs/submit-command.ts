import type { RunCreate } from '@errand/contract';
import type { JobRecord } from '@errand/core';
import { actorOfJob, commandKey, type JobParts } from '../../use-cases/jobs/job-parts.ts';
import { submitRun } from '../../use-cases/runs/submit-run.ts';
import { type Again, attemptOf, observe } from './job-task.ts';
import { unsealed } from './unsealed.ts';

/** Submits a command under a key of its own: however often this is done, there is one run. */
export async function submitCommand(parts: JobParts, job: JobRecord, command: number): Promise<Again> {
  const { number: attempt, sessionId } = attemptOf(job);
  const wish = job.spec.commands[command]?.request as RunCreate | undefined;
  if (wish === undefined || sessionId === null)
    throw new Error(`JOB-4: job ${job.id} has no command ${command}`);
  const request = { ...unsealed(wish, parts.unseal), session: sessionId, tags: [job.id] };
  const idempotencyKey = commandKey(attempt, command);
  const { id: runId } = await submitRun(parts.submit, actorOfJob(job), { request, idempotencyKey });
  const now = parts.clock.now();
  return await observe(parts, job.id, { kind: 'command_made', attempt, command, runId, now });
}
