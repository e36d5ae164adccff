import {
  describeJobCause,
  type JobAttempt,
  type JobRecord,
  type JobState,
  type JobStatus,
  jobStatusOf,
} from '@errand/core';

/** As Step Functions calls it. */
type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

const STATUSES: Readonly<Record<JobStatus, Status>> = {
  queued: 'RUNNING',
  provisioning: 'RUNNING',
  running: 'RUNNING',
  checking: 'RUNNING',
  tearing_down: 'RUNNING',
  waiting: 'RUNNING',
  canceling: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  lost: 'FAILED',
  timed_out: 'TIMED_OUT',
  canceled: 'ABORTED',
};

/** What DescribeExecution answers. Times are seconds since 1970. */
export function executionView(job: JobRecord, executionArn: string): Readonly<Record<string, unknown>> {
  const status = STATUSES[jobStatusOf(job)];
  const { end } = job;
  const cause = end?.cause ?? null;
  return {
    executionArn,
    stateMachineArn: executionArn.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, ''),
    name: job.name,
    status,
    startDate: seconds(job.createdAt),
    ...(end === null ? {} : { stopDate: seconds(end.at) }),
    input: JSON.stringify(job.document),
    ...(end === null || cause !== null ? {} : { output: JSON.stringify(job.document) }),
    ...(cause === null ? {} : { error: cause.kind, cause: describeJobCause(cause).sentence }),
  };
}

/** The states that the old machine had for ours. A running attempt was two of them. */
const NAMES: Readonly<Partial<Record<JobState, string>>> = {
  provisioning: 'EC2StarterFromAMI',
  checking: 'RunChecker',
  tearing_down: 'EC2Stopper',
  waiting: 'Wait',
};

interface Visit {
  readonly name: string;
  readonly from: number;
  readonly to: number | null;
}

/** What GetExecutionHistory answers, the oldest first. */
export function executionHistory(job: JobRecord): readonly Readonly<Record<string, unknown>>[] {
  const attempts = job.attempt === null ? job.past : [...job.past, job.attempt];
  const visits = attempts.flatMap((attempt, place) =>
    visitsOf(attempt, attempts[place + 1]?.startedAt ?? null),
  );
  const events = [
    {
      at: job.createdAt,
      type: 'ExecutionStarted',
      executionStartedEventDetails: { input: JSON.stringify(job.document) },
    },
    ...visits.flatMap(({ name, from, to }) => [
      { at: from, type: 'TaskStateEntered', stateEnteredEventDetails: { name } },
      ...(to === null ? [] : [{ at: to, type: 'TaskStateExited', stateExitedEventDetails: { name } }]),
    ]),
    ...endEvents(job),
  ];
  return events.map(({ at, ...event }, place) => ({
    ...event,
    timestamp: seconds(at),
    id: place + 1,
    previousEventId: place,
  }));
}

function visitsOf({ steps, commands }: JobAttempt, nextAt: number | null): readonly Visit[] {
  return steps.flatMap(({ state, at }, place): readonly Visit[] => {
    const to = steps[place + 1]?.at ?? (state === 'waiting' ? nextAt : null);
    const name = NAMES[state];
    if (name !== undefined) return [{ name, from: at, to }];
    if (state !== 'running') return [];
    const sent = commands[0]?.madeAt ?? to;
    const commander = { name: 'Commander', from: at, to: sent };
    return sent === null ? [commander] : [commander, { name: 'EC2Poller', from: sent, to }];
  });
}

const ENDS: Readonly<Record<Status, string | null>> = {
  RUNNING: null,
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
};

function endEvents(job: JobRecord): readonly { readonly at: number; readonly type: string }[] {
  const type = ENDS[STATUSES[jobStatusOf(job)]];
  const { end } = job;
  if (type === null || end === null) return [];
  const { cause } = end;
  const about =
    cause === null
      ? { output: JSON.stringify(job.document) }
      : { error: cause.kind, cause: describeJobCause(cause).sentence };
  return [{ at: end.at, type, [`${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`]: about }];
}

export function seconds(ms: number): number {
  return ms / 1_000;
}
