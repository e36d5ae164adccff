import { endAttempt, newAttempt } from './attempt.ts';
import { type ByJobState, type JobStep, next, same, told } from './lifecycle.ts';
import type { JobRecord } from './record.ts';

/** What somebody wants of a job; `by` is the name of the key. Repeatable. */
export type JobIntent = { readonly kind: 'cancel'; readonly by: string; readonly now: number };

/** The answer of a job to a wish. Never throws. */
export function requestJob(job: JobRecord, intent: JobIntent): JobStep {
  return JOB_INTENTS[intent.kind][job.state](job, intent);
}

/** Every intent in every state. */
export const JOB_INTENTS: { readonly [Kind in JobIntent['kind']]: ByJobState<JobIntent> } = {
  cancel: {
    queued: cancelUnbegun,
    provisioning: cancel,
    running: cancel,
    checking: cancel,
    tearing_down: cancelRest,
    waiting: cancelUnbegun,
    finished: same,
  },
};

/** Somebody may be asking for its session just now: that is found out in the tear-down, as if there were one. */
function cancelUnbegun(job: JobRecord, intent: JobIntent): JobStep {
  return cancel({ ...job, attempt: newAttempt(job, null, intent.now) }, intent);
}

function cancel(job: JobRecord, { by, now }: JobIntent): JobStep {
  return endAttempt({ ...job, cancel: { at: now, by } }, { kind: 'canceled', by }, now);
}

/** What this attempt came to stays as it is; there is no other one. */
function cancelRest(job: JobRecord, { by, now }: JobIntent): JobStep {
  if (job.cancel !== null) return same();
  const events = told(job, { at: now, kind: 'cancel', text: `${by} wants no further attempt.` });
  return next(job, { cancel: { at: now, by }, events });
}
