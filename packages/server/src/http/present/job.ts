import type { Job } from '@errand/contract';
import {
  describeJobCause,
  type JobAttempt,
  type JobCause,
  type JobRecord,
  jobStatusOf,
  outputText,
} from '@errand/core';
import { presentEnd } from './run.ts';

/** A job as the API shows it: the only translation from record to wire. The document is for those who ask for one job. */
export function presentJob(job: JobRecord, { withDocument }: { readonly withDocument: boolean }): Job {
  const { spec, attempt, past } = job;
  const attempts = attempt === null ? past : [...past, attempt];
  const latest = attempts.at(-1);
  return {
    id: job.id,
    name: job.name,
    owner: job.owner,
    createdBy: job.createdBy,
    tags: [...job.tags],
    status: jobStatusOf(job),
    state: job.state,
    since: time(job.since),
    why: whyOf(job),
    attempt: latest?.number ?? 0,
    attemptsMost: spec.retry.attempts,
    command: commandOf(job),
    commands: spec.commands.map(({ text }) => text),
    outputs: spec.outputs.map(outputText),
    createdAt: time(job.createdAt),
    startedAt: timeOrNull(attempts[0]?.startedAt),
    endedAt: timeOrNull(job.end?.at),
    deadline: time(job.deadline),
    nextAttemptAt: job.state === 'waiting' ? time(job.notBefore) : null,
    cancelRequestedAt: timeOrNull(job.cancel?.at),
    ...presentEndOf(job, latest),
    warnings: [...job.warnings],
    attempts: attempts.map((each) => presentAttempt(job, each)),
    ...(withDocument ? { document: { ...job.document } } : {}),
  };
}

function whyOf({ trouble, events }: JobRecord): string | null {
  return trouble?.message ?? events.at(-1)?.text ?? null;
}

function commandOf({ state, attempt }: JobRecord): number | null {
  if (state !== 'running' || attempt === null) return null;
  const place = attempt.commands.findIndex(({ reason }) => reason === null);
  return place < 0 ? null : place;
}

function presentEndOf({ end }: JobRecord, latest: JobAttempt | undefined): Pick<Job, 'cause' | 'exitCode'> {
  if (end === null) return { cause: null, exitCode: null };
  if (end.cause === null) return { cause: null, exitCode: 0 };
  return {
    cause: presentCause(end.cause, latest?.number ?? 0),
    exitCode: describeJobCause(end.cause).exitCode,
  };
}

function presentCause(cause: JobCause, attempt: number): NonNullable<Job['cause']> {
  return {
    cause: cause.kind,
    sentence: describeJobCause(cause).sentence,
    attempt,
    command: cause.kind === 'command' ? cause.command : null,
    run: cause.kind === 'command' ? cause.run : null,
    output: 'output' in cause ? cause.output : null,
  };
}

function presentAttempt({ spec }: JobRecord, attempt: JobAttempt): Job['attempts'][number] {
  return {
    number: attempt.number,
    session: attempt.sessionId,
    startedAt: time(attempt.startedAt),
    endedAt: timeOrNull(attempt.endedAt),
    steps: attempt.steps.map(({ state, at }) => ({ state, at: time(at) })),
    commands: attempt.commands.map(({ runId, madeAt, endedAt, reason }, place) => ({
      text: spec.commands[place]?.text ?? '',
      run: runId,
      startedAt: timeOrNull(madeAt),
      endedAt: timeOrNull(endedAt),
      end: reason === null ? null : presentEnd(reason),
    })),
    outputs: attempt.outputs.map(({ state, why }, place) => {
      const output = spec.outputs[place];
      return { text: output === undefined ? '' : outputText(output), state, why };
    }),
    cause: attempt.cause === null ? null : presentCause(attempt.cause, attempt.number),
    ending: attempt.ending,
    settled: attempt.settled,
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOrNull(ms: number | null | undefined): string | null {
  return ms == null ? null : time(ms);
}
