import {
  ErrandError,
  type JobAction,
  type JobFact,
  type JobRecord,
  ProviderError,
  REPEATABLE_ERRORS,
} from '@errand/core';
import { askSession } from './ask-session.ts';
import { begin } from './begin.ts';
import { type CheckOutputsParts, checkOutputs } from './check-outputs.ts';
import { type Again, observe } from './job-task.ts';
import { submitCommand } from './submit-command.ts';
import { tearDown } from './tear-down.ts';

/** Does what was planned for a job, and writes down what came of it. */
export async function carryOut(parts: CheckOutputsParts, job: JobRecord, action: JobAction): Promise<Again> {
  if (action.kind === 'observe') return await observe(parts, job.id, action.fact);
  try {
    return await act(parts, job, action);
  } catch (error) {
    const fact = factOf(error, job, parts.clock.now());
    if (fact === null) throw error;
    return await observe(parts, job.id, fact);
  }
}

function act(
  parts: CheckOutputsParts,
  job: JobRecord,
  action: Exclude<JobAction, { kind: 'observe' }>,
): Promise<Again> {
  switch (action.kind) {
    case 'ask_session':
      return askSession(parts, job);
    case 'begin':
      return begin(parts, job);
    case 'submit':
      return submitCommand(parts, job, action.command);
    case 'check_outputs':
      return checkOutputs(parts, job);
    case 'tear_down':
      return tearDown(parts, job);
  }
}

/** Refusals that are about the document, not about the moment. */
const FOR_GOOD: ReadonlySet<string> = new Set(['invalid', 'forbidden', 'not_found', 'gone', 'too_large']);

/** What an error means for the job; null: it is one of ours. */
function factOf(error: unknown, { state, past }: JobRecord, now: number): JobFact | null {
  const attempt = past.length + 1;
  if (error instanceof ProviderError) {
    const { kind, message: why, retryAfterMs } = error;
    if (REPEATABLE_ERRORS[kind]) return { kind: 'troubled', error: kind, why, retryAfterMs, now };
    return { kind: 'failed', attempt, why, passing: false, now };
  }
  if (!(error instanceof ErrandError) || error.code === 'internal') return null;
  const { message: why, details } = error;
  if (!FOR_GOOD.has(error.code)) {
    const kind = details?.['quota'] === undefined ? 'transient' : 'quota';
    return { kind: 'troubled', error: kind, why, retryAfterMs: null, now };
  }
  const unbegun = state === 'queued' || state === 'waiting';
  if (unbegun) return { kind: 'session_refused', attempt, why, now };
  return { kind: 'failed', attempt, why, passing: false, now };
}
