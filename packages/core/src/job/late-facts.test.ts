import { describe, expect, it } from 'vitest';
import { aJob, aJobSpec, anOutput, commandEnded, jobAfter, runningJob } from '../testing/job-builders.ts';
import type { EndReason } from '../vocabulary/end-reason.ts';
import { JOB_RETRY_CAUSES } from '../vocabulary/job-cause.ts';
import type { JobState } from '../vocabulary/job-state.ts';
import { LIMITS } from '../vocabulary/limits.ts';
import { tearDownDeadline } from './deadline.ts';
import { type JobFact, observeJob } from './observe.ts';
import type { JobRecord, JobSpec } from './record.ts';
import { requestJob } from './request.ts';

const RETRY = { attempts: 3, on: JOB_RETRY_CAUSES, backoffMs: 10_000, rate: 2, maxMs: 25_000 };
const ABOUT = { attempt: 1, command: 0, runId: 'run_1', now: 3_000 } as const;

function job(spec: Partial<JobSpec> = {}): JobRecord {
  return aJob({ spec: aJobSpec({ retry: RETRY, ...spec }) });
}

const queued = job();
const made = { kind: 'session_made', attempt: 1, sessionId: 'ses_1', now: 1_500 } as const;
const provisioning = jobAfter(queued, made);
const running = runningJob(queued, 2_000);
const checking = commandEnded(
  commandEnded(runningJob(job({ outputs: [anOutput(), anOutput()] }), 2_000), 0, 3_000),
  0,
  4_000,
);
const failed = commandEnded(running, 3, 4_000);
const waiting = jobAfter(failed, { kind: 'session_settled', attempt: 1, now: 5_000 });
const BY_STATE: Readonly<Partial<Record<JobState, JobRecord>>> = { provisioning, running, checking };

function attemptOf(present: JobRecord): number {
  return present.past.length + 1;
}

function canceled(present: JobRecord, now = 6_000): JobRecord {
  const step = requestJob(present, { kind: 'cancel', by: 'anna', now });
  if (step.kind !== 'next') throw new Error(`cancel of a ${present.state} job is ${step.kind}`);
  return step.job;
}

function settled(present: JobRecord, now = 7_000): JobRecord {
  return jobAfter(present, { kind: 'session_settled', attempt: attemptOf(present), now });
}

describe('an attempt', () => {
  it.each(Object.entries(BY_STATE))(
    'that is %s ends when it is canceled, or its session ends',
    (_, present) => {
      expect(canceled(present)).toMatchObject({
        state: 'tearing_down',
        attempt: { cause: { kind: 'canceled' } },
      });
      const about = { attempt: 1, why: 'gone', passing: false, now: 6_000 } as const;
      const ended = (lost: boolean) =>
        jobAfter(present, { kind: 'session_ended', lost, ...about }).attempt?.cause;
      expect(ended(true)).toEqual({ kind: 'lost', why: 'gone' });
      expect(ended(false)).toEqual({ kind: 'infrastructure', why: 'gone', passing: false });
      const cannot = jobAfter(present, { kind: 'failed', ...about });
      expect(cannot).toMatchObject({ state: 'tearing_down', attempt: { cause: { kind: 'infrastructure' } } });
    },
  );

  it.each<[string, JobRecord]>([
    ['queued', queued],
    ['waiting', waiting],
  ])('that was not begun by a %s job may have a session all the same, which is looked for', (_, present) => {
    const attempt = attemptOf(present);
    const ways = [
      canceled(present),
      jobAfter(present, { kind: 'timed_out', limit: 'deadline', now: 6_000 }),
      jobAfter(present, { kind: 'session_refused', attempt, why: 'no', now: 6_000 }),
    ];
    for (const over of ways)
      expect(over).toMatchObject({
        state: 'tearing_down',
        attempt: { number: attempt, sessionId: null, ending: 'delete', settled: false },
      });
    expect(ways.map((over) => settled(over).state)).toEqual(['finished', 'finished', 'finished']);
    const found = jobAfter(ways[0] as JobRecord, { ...made, attempt, sessionId: 'ses_2' });
    expect(found.attempt?.sessionId).toBe('ses_2');
    expect(observeJob(found, { ...made, attempt, sessionId: 'ses_3' }).kind).toBe('same');
  });

  it('says which limit it has come to, the one of the job being the last', () => {
    const at = (limit: 'attempt' | 'deadline') => jobAfter(running, { kind: 'timed_out', limit, now: 9_000 });
    expect(at('attempt').attempt?.cause).toMatchObject({ limitMs: queued.spec.timeoutMs });
    expect(at('deadline').attempt?.cause).toMatchObject({ limitMs: queued.spec.deadlineMs });
    expect([settled(at('attempt')).state, settled(at('deadline')).state]).toEqual(['waiting', 'finished']);
  });
});

describe('a command', () => {
  it('has the run that was heard of first', () => {
    const known = jobAfter(running, { kind: 'command_made', ...ABOUT });
    expect(observeJob(known, { kind: 'command_made', ...ABOUT, runId: 'run_2' }).kind).toBe('same');
    const before: JobFact = { kind: 'command_ended', ...ABOUT, reason: { kind: 'exited', code: 0 } };
    expect(observeJob(running, before).kind).toBe('same');
  });

  it.each<[EndReason]>([
    [{ kind: 'canceled' }],
    [{ kind: 'timed_out', phase: 'run' }],
    [{ kind: 'signaled', signal: 9 }],
    [{ kind: 'exited', code: 1 }],
  ])('that ended as %j lets no other follow', (reason) => {
    const known = jobAfter(running, { kind: 'command_made', ...ABOUT });
    const over = jobAfter(known, { kind: 'command_ended', ...ABOUT, reason });
    expect(over).toMatchObject({
      state: 'tearing_down',
      attempt: { cause: { kind: 'command', command: 0 } },
    });
  });

  it('that went well takes away the trouble there was', () => {
    const trouble: JobFact = {
      kind: 'troubled',
      error: 'transient',
      why: 'down',
      retryAfterMs: 9_000,
      now: 2_500,
    };
    const known = jobAfter(running, trouble, { kind: 'command_made', ...ABOUT });
    expect(known.trouble).toBeNull();
    const next = jobAfter(
      known,
      { ...trouble, now: 3_000 },
      {
        kind: 'command_ended',
        ...ABOUT,
        reason: { kind: 'exited', code: 0 },
      },
    );
    expect(next).toMatchObject({ state: 'running', trouble: null });
  });
});

describe('outputs', () => {
  const OK = { state: 'ok', why: null } as const;
  const seen = (outputs: readonly (typeof OK | { state: 'unchecked'; why: null })[], failed: number | null) =>
    ({ kind: 'outputs_seen', attempt: 1, outputs, failed, now: 5_000 }) as const;

  it('are all as they should be, or the job does not succeed', () => {
    const half = jobAfter(checking, seen([OK, { state: 'unchecked', why: null }], null));
    expect(observeJob(half, { kind: 'outputs_kept', attempt: 1, warning: null, now: 5_000 }).kind).toBe(
      'same',
    );
    expect(half.state).toBe('checking');
  });

  it('are told once, and take away the trouble there was', () => {
    const once = jobAfter(checking, seen([OK, OK], null));
    expect(observeJob(once, seen([OK, OK], null)).kind).toBe('same');
    const down: JobFact = {
      kind: 'troubled',
      error: 'transient',
      why: 'down',
      retryAfterMs: null,
      now: 5_500,
    };
    expect(jobAfter(once, down, seen([OK, OK], null)).trouble).toBeNull();
  });
});

describe('another attempt', () => {
  it('is not made where it could change nothing, whatever was asked for', () => {
    const about = { attempt: 1, why: 'no such image', now: 6_000 } as const;
    const ended = (passing: boolean) =>
      settled(jobAfter(provisioning, { kind: 'session_ended', lost: false, passing, ...about }));
    expect([ended(true).state, ended(false).state]).toEqual(['waiting', 'finished']);
    expect(settled(jobAfter(queued, { kind: 'session_refused', ...about })).state).toBe('finished');
  });

  it('starts with nothing of the one before, and remembers that', () => {
    expect(waiting.past).toMatchObject([{ number: 1, settled: true, cause: { kind: 'command' } }]);
    const second = jobAfter(waiting, { ...made, attempt: 2, sessionId: 'ses_2', now: 20_000 });
    expect(second.attempt).toMatchObject({ number: 2, startedAt: 20_000, beganAt: null, cause: null });
    expect(second.attempt?.commands.every(({ runId }) => runId === null)).toBe(true);
    expect(second.trouble).toBeNull();
  });

  it('has no trouble from before its state', () => {
    const down: JobFact = { kind: 'troubled', error: 'quota', why: 'full', retryAfterMs: 60_000, now: 1_200 };
    expect(jobAfter(queued, down, made).trouble).toBeNull();
    expect(canceled(jobAfter(running, down)).trouble).toBeNull();
  });
});

describe('a tear-down', () => {
  const overdue = (present: JobRecord) =>
    jobAfter(present, { kind: 'tear_down_overdue', attempt: 1, now: tearDownDeadline(present) ?? 0 });

  it('that is given up keeps the cause of a last attempt, and whoever canceled has the last word', () => {
    expect(overdue(failed).end?.cause?.kind).toBe('infrastructure');
    expect(overdue(canceled(failed)).end?.cause).toEqual({ kind: 'canceled', by: 'anna' });
    const done = commandEnded(commandEnded(running, 0, 3_000), 0, 3_500);
    expect(overdue(done).end?.cause?.kind).toBe('infrastructure');
  });

  it('that is given up is decided as it was when it began, though the deadline has passed by now', () => {
    const retried = commandEnded(runningJob(job({ deadlineMs: 60_000 }), 2_000), 3, 4_000);
    expect(overdue(retried).end?.cause?.kind).toBe('infrastructure');
  });

  it('in trouble waits', () => {
    const down: JobFact = {
      kind: 'troubled',
      error: 'transient',
      why: 'down',
      retryAfterMs: 9_000,
      now: 5_000,
    };
    expect(jobAfter(failed, down).trouble).toMatchObject({ notBefore: 14_000, count: 1 });
  });
});

it('only so many of the latest events are kept', () => {
  let present = queued;
  for (let count = 0; count < LIMITS.jobEvents + 5; count += 1) {
    const why = `down ${count}`;
    present = jobAfter(present, {
      kind: 'troubled',
      error: 'transient',
      why,
      retryAfterMs: null,
      now: count,
    });
  }
  expect(present.events).toHaveLength(LIMITS.jobEvents);
  expect(present.events.at(-1)).toMatchObject({ seq: LIMITS.jobEvents + 6 });
});
