import { describe, expect, it } from 'vitest';
import { aJob, aJobSpec, anOutput, commandEnded, jobAfter, runningJob } from '../testing/job-builders.ts';
import { JOB_RETRY_CAUSES } from '../vocabulary/job-cause.ts';
import { JOB_STATES, type JobState } from '../vocabulary/job-state.ts';
import { jobWakeAt, tearDownDeadline } from './deadline.ts';
import { JOB_FACTS, type JobFact, observeJob } from './observe.ts';
import type { JobRecord, JobSpec } from './record.ts';
import { requestJob } from './request.ts';
import { jobStatusOf } from './status.ts';

const RETRY = { attempts: 4, on: JOB_RETRY_CAUSES, backoffMs: 10_000, rate: 2, maxMs: 25_000 };

function job(spec: Partial<JobSpec> = {}, change: Partial<JobRecord> = {}): JobRecord {
  return aJob({ spec: aJobSpec(spec), ...change });
}

function settled(present: JobRecord, now: number): JobRecord {
  return jobAfter(present, { kind: 'session_settled', attempt: present.past.length + 1, now });
}

function canceled(present: JobRecord, now = 50_000): JobRecord {
  const step = requestJob(present, { kind: 'cancel', by: 'anna', now });
  if (step.kind !== 'next') throw new Error(`cancel of a ${present.state} job is ${step.kind}`);
  return step.job;
}

describe('an attempt', () => {
  it('runs its commands one after the other, looks at the outputs, and succeeds once its session is gone', () => {
    const running = runningJob(job({ outputs: [anOutput()] }), 2_000);
    const checking = commandEnded(commandEnded(running, 0, 3_000), 0, 4_000);
    expect(checking.state).toBe('checking');
    const outputs = [{ state: 'ok', why: null }] as const;
    const seen = jobAfter(checking, { kind: 'outputs_seen', attempt: 1, outputs, failed: null, now: 5_000 });
    const over = jobAfter(seen, { kind: 'outputs_kept', attempt: 1, warning: null, now: 5_000 });
    expect(over).toMatchObject({ state: 'tearing_down', attempt: { ending: 'delete', cause: null } });
    const finished = settled(over, 6_000);
    expect(finished).toMatchObject({ state: 'finished', end: { cause: null, at: 6_000 }, attempt: null });
    expect(finished.past[0]?.steps.map(({ state }) => state)).toEqual([
      'provisioning',
      'running',
      'checking',
      'tearing_down',
      'finished',
    ]);
    expect(jobStatusOf(finished)).toBe('succeeded');
  });

  it.each([0, 1])('ends with the first command that fails (%i), and no later one runs', (place) => {
    let present = runningJob(job(), 2_000);
    for (let before = 0; before < place; before += 1) present = commandEnded(present, 0, 3_000);
    const failed = commandEnded(present, 3, 4_000);
    expect(failed).toMatchObject({
      state: 'tearing_down',
      attempt: { cause: { kind: 'command', command: place } },
    });
    expect(failed.attempt?.commands.filter(({ reason }) => reason !== null)).toHaveLength(place + 1);
    expect(jobStatusOf(settled(failed, 5_000))).toBe('failed');
  });

  it('keeps its first cause, whatever is heard later', () => {
    const present = runningJob(job(), 2_000);
    const about = { attempt: 1, command: 0, runId: 'run_1', now: 3_000 };
    const lost = jobAfter(
      present,
      { kind: 'command_made', ...about },
      { kind: 'command_ended', ...about, reason: { kind: 'lost' } },
    );
    expect(lost.attempt?.cause?.kind).toBe('lost');
    const late: JobFact = { kind: 'command_ended', ...about, reason: { kind: 'exited', code: 0 } };
    expect(observeJob(lost, late).kind).toBe('same');
    expect(jobStatusOf(settled(lost, 9_000))).toBe('lost');
  });

  it('believes no run but its own, and each once', () => {
    const made = jobAfter(runningJob(job()), {
      kind: 'command_made',
      attempt: 1,
      command: 0,
      runId: 'run_1',
      now: 3_000,
    });
    const reason = { kind: 'exited', code: 0 } as const;
    const foreign: JobFact = {
      kind: 'command_ended',
      attempt: 1,
      command: 0,
      runId: 'run_2',
      reason,
      now: 4_000,
    };
    expect(observeJob(made, foreign).kind).toBe('same');
    const own = { ...foreign, runId: 'run_1' };
    expect(observeJob(jobAfter(made, own), own).kind).toBe('same');
  });

  it('does not succeed while an output is not as it should be', () => {
    const checking = commandEnded(
      commandEnded(runningJob(job({ outputs: [anOutput()] })), 0, 3_000),
      0,
      4_000,
    );
    expect(observeJob(checking, { kind: 'outputs_kept', attempt: 1, warning: null, now: 5_000 }).kind).toBe(
      'same',
    );
    const outputs = [{ state: 'stale', why: 'old' }] as const;
    const stale = jobAfter(checking, { kind: 'outputs_seen', attempt: 1, outputs, failed: 0, now: 5_000 });
    expect(stale.attempt?.cause).toEqual({ kind: 'output_stale', output: 0, why: 'old' });
  });
});

describe('another attempt', () => {
  it('begins only after the old session is gone, and after longer and longer waits', () => {
    let present = job({ retry: RETRY });
    const waits: number[] = [];
    for (let attempt = 1; attempt < 4; attempt += 1) {
      const failed = commandEnded(runningJob(present, 5_000), 3, 6_000);
      expect(
        observeJob(failed, { kind: 'session_made', attempt: attempt + 1, sessionId: 's', now: 7_000 }).kind,
      ).toBe('same');
      present = settled(failed, 8_000);
      expect(present).toMatchObject({ state: 'waiting', attempt: null });
      waits.push(present.notBefore - 8_000);
    }
    expect(waits).toEqual([10_000, 20_000, 25_000]);
    const last = settled(commandEnded(runningJob(present, 9_000), 3, 9_500), 10_000);
    expect(last).toMatchObject({ state: 'finished', end: { cause: { kind: 'command' } } });
    expect(last.past).toHaveLength(4);
  });

  it('is made by the causes that were asked for only, and never of a success', () => {
    const only = job({ retry: { ...RETRY, on: ['lost'] } });
    expect(settled(commandEnded(runningJob(only), 3, 2_000), 3_000).state).toBe('finished');
    const fine = job({ retry: RETRY });
    expect(settled(commandEnded(commandEnded(runningJob(fine), 0, 2_000), 0, 2_500), 3_000).state).toBe(
      'finished',
    );
  });

  it('is not made where it could not begin before the deadline; then the cause of this one stands', () => {
    const short = job({ retry: RETRY, deadlineMs: 12_000 });
    const last = settled(commandEnded(runningJob(short), 3, 2_000), 4_000);
    expect(last).toMatchObject({ state: 'finished', end: { cause: { kind: 'command' } } });
  });

  it('is not made while nobody confirms that the old session is gone: the job ends as infrastructure', () => {
    const failed = commandEnded(runningJob(job({ retry: RETRY })), 3, 2_000);
    const due = tearDownDeadline(failed) ?? 0;
    const over = jobAfter(failed, { kind: 'tear_down_overdue', attempt: 1, now: due });
    expect(over).toMatchObject({ state: 'finished', end: { cause: { kind: 'infrastructure' } } });
    const only = commandEnded(runningJob(job()), 3, 2_000);
    expect(jobAfter(only, { kind: 'tear_down_overdue', attempt: 1, now: due }).end?.cause?.kind).toBe(
      'command',
    );
  });
});

describe('a cancel', () => {
  it.each(['queued', 'running'])('of a %s job goes through the tear-down', (state) => {
    const present = state === 'queued' ? job({ retry: RETRY }) : runningJob(job({ retry: RETRY }));
    const over = canceled(present);
    expect(over).toMatchObject({
      state: 'tearing_down',
      attempt: { cause: { kind: 'canceled', by: 'anna' } },
    });
    expect(jobStatusOf(over)).toBe('canceling');
    const made: JobFact = { kind: 'session_made', attempt: 1, sessionId: 'ses_1', now: 51_000 };
    if (state === 'queued') expect(jobAfter(over, made).attempt?.sessionId).toBe('ses_1');
    else expect(observeJob(over, made).kind).toBe('same');
  });

  it('of a job that is being torn down changes no outcome, but stops further attempts', () => {
    const failed = commandEnded(runningJob(job({ retry: RETRY })), 3, 2_000);
    expect(settled(canceled(failed), 60_000).end?.cause).toEqual({ kind: 'canceled', by: 'anna' });
    const done = commandEnded(commandEnded(runningJob(job()), 0, 2_000), 0, 3_000);
    expect(jobStatusOf(settled(canceled(done), 60_000))).toBe('succeeded');
  });
});

describe('the session', () => {
  it('is kept only if the job succeeded, and left stopped only by the last attempt', () => {
    const ending = (present: JobRecord) => present.attempt?.ending;
    const keep = job({ finish: { kind: 'keep', lifeMs: 1 } });
    expect(ending(commandEnded(runningJob(keep), 3, 2_000))).toBe('delete');
    expect(ending(commandEnded(commandEnded(runningJob(keep), 0, 2_000), 0, 2_500))).toBe('keep');
    const stop = job({ finish: { kind: 'stop', lifeMs: 1 }, retry: { ...RETRY, attempts: 2 } });
    const first = commandEnded(runningJob(stop), 3, 2_000);
    expect(ending(first)).toBe('delete');
    expect(ending(commandEnded(runningJob(settled(first, 3_000)), 3, 20_000))).toBe('stop');
  });
});

describe('the tables', () => {
  const checking = commandEnded(
    commandEnded(runningJob(job({ outputs: [anOutput()], retry: RETRY })), 0, 2_000),
    0,
    3_000,
  );
  const samples = JOB_STATES.map((state): [JobState, JobRecord] => {
    const unbegun = state === 'queued' || state === 'waiting' || state === 'finished';
    return [state, { ...checking, state, attempt: unbegun ? null : checking.attempt }];
  });

  it.each(samples)(
    'have an answer for every fact in %s, and never change a job that has finished',
    (state, present) => {
      for (const kind of Object.keys(JOB_FACTS) as JobFact['kind'][]) {
        const step = observeJob(present, aFact(kind));
        if (state === 'finished') expect(step.kind).toBe('same');
        // Only the confirmed end of a session, or its alarm, leads out of an attempt.
        if (
          step.kind === 'next' &&
          (step.job.state === 'waiting' || step.job.state === 'finished') &&
          state !== step.job.state
        )
          expect(['session_settled', 'tear_down_overdue']).toContain(kind);
      }
    },
  );

  it.each(samples)('have an answer for every wish in %s, and take a repeat of it', (_state, present) => {
    const step = requestJob(present, { kind: 'cancel', by: 'me', now: 9_000 });
    if (step.kind !== 'next') return;
    expect(requestJob(step.job, { kind: 'cancel', by: 'me', now: 9_500 }).kind).toBe('same');
  });

  it.each(samples)('wake the reconciler in %s, unless it has finished', (state, present) => {
    const at = jobWakeAt(present);
    if (state === 'finished') expect(at).toBeNull();
    else expect(at).toBeLessThanOrEqual(present.deadline);
  });

  it('answer nothing to facts about another attempt', () => {
    for (const [, present] of samples)
      for (const kind of Object.keys(JOB_FACTS) as JobFact['kind'][]) {
        const fact = aFact(kind);
        if ('attempt' in fact) expect(observeJob(present, { ...fact, attempt: 7 }).kind).toBe('same');
      }
  });
});

function aFact(kind: JobFact['kind']): JobFact {
  const attempt = ['troubled', 'timed_out'].includes(kind) ? {} : { attempt: 1 };
  const about = {
    sessionId: 'ses_9',
    why: 'x',
    lost: true,
    passing: true,
    before: [],
    command: 0,
    runId: 'run_9',
    reason: { kind: 'exited', code: 3 },
    outputs: [{ state: 'missing', why: null }],
    failed: 0,
    warning: null,
    error: 'transient',
    retryAfterMs: null,
    limit: 'attempt',
  };
  return { kind, now: 9_000, ...about, ...attempt } as unknown as JobFact;
}
