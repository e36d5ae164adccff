import { describe, expect, it } from 'vitest';
import { attemptDeadline, tearDownDeadline } from '../job/deadline.ts';
import type { JobRecord, JobSpec } from '../job/record.ts';
import { requestJob } from '../job/request.ts';
import type { RunRecord } from '../run/record.ts';
import type { SessionRecord } from '../session/record.ts';
import { requestSession } from '../session/request.ts';
import { aRun, aSession, finished, readySession, running, sessionAfter } from '../testing/builders.ts';
import { aJob, aJobSpec, anOutput, commandEnded, jobAfter, runningJob } from '../testing/job-builders.ts';
import type { EndReason } from '../vocabulary/end-reason.ts';
import { type JobAction, type JobView, planJob } from './plan-jobs.ts';

const NOW = 5_000;
const starting = aSession();
const ready = readySession(aSession(), 2_000);
const S3 = { kind: 's3', bucket: 'box', key: 'out' } as const;

interface Seen extends Partial<Omit<JobView, 'job'>> {
  readonly now?: number;
  readonly quiet?: boolean;
}

function planned(job: JobRecord, seen: Seen = {}): JobAction | null {
  const { session = ready, run = null, now = NOW, quiet = false } = seen;
  return planJob({ job, session, run }, now, quiet);
}

function job(spec: Partial<JobSpec> = {}): JobRecord {
  return aJob({ spec: aJobSpec(spec) });
}

function provisioning(present: JobRecord = job()): JobRecord {
  return jobAfter(present, { kind: 'session_made', attempt: 1, sessionId: 'ses_1', now: 1_000 });
}

function checking(spec: Partial<JobSpec>): JobRecord {
  return commandEnded(commandEnded(runningJob(job(spec), 2_000), 0, 3_000), 0, 4_000);
}

/** Its first command is a run that ended so; null: it has not. */
function underWay(reason: EndReason | null): { readonly job: JobRecord; readonly run: RunRecord } {
  const live = running(aRun());
  const ended = reason === null ? live : { ...finished(aRun({ id: live.id })), end: { reason, at: 4_000 } };
  const made = { kind: 'command_made', attempt: 1, command: 0, runId: live.id, now: 3_000 } as const;
  return { job: jobAfter(runningJob(job(), 2_000), made), run: ended as RunRecord };
}

function wished(session: SessionRecord, kind: 'stop' | 'delete', more: object = {}): SessionRecord {
  const step = requestSession(session, { kind, by: 'me', now: 4_000, ...more });
  if (step.kind !== 'next') throw new Error(`${kind} of a ${session.state} session is ${step.kind}`);
  return step.session;
}

describe('a session', () => {
  it('is asked for as soon as the job may begin, and not while that is in trouble', () => {
    expect(planned(aJob({ notBefore: NOW }))).toEqual({ kind: 'ask_session' });
    expect(planned(aJob({ notBefore: NOW + 1 }))).toBeNull();
    const fact = { kind: 'troubled', error: 'quota', why: 'full', retryAfterMs: 5_000, now: 2_000 } as const;
    const troubled = jobAfter(aJob(), fact);
    expect(planned(troubled, { now: 6_999 })).toBeNull();
    expect(planned(troubled, { now: 7_000 })).toEqual({ kind: 'ask_session' });
  });

  it('is waited for until it is ready', () => {
    expect(planned(provisioning(), { session: starting })).toBeNull();
    expect(planned(provisioning())).toEqual({ kind: 'begin' });
  });

  it.each([
    ['was asked to stop before it was ready', wished(starting, 'stop'), false],
    ['was asked to be deleted before it was ready', wished(ready, 'delete'), false],
    [
      'is to start again only after a stop',
      { ...starting, state: 'stopping', desired: 'running' } as const,
      false,
    ],
    ['is no longer known', null, true],
  ])('that %s ends the attempt, so that another may be made', (_what, session, lost) => {
    expect(planned(provisioning(), { session })).toMatchObject({
      fact: { kind: 'session_ended', attempt: 1, lost, passing: true },
    });
  });

  it('that cannot be as it is wanted is not asked for again', () => {
    const launching = sessionAfter(starting, { kind: 'launching', now: 2_000 });
    const why = { kind: 'call_failed', error: 'config', why: 'no such image', retryAfterMs: null } as const;
    const failed = sessionAfter(launching, { ...why, now: 3_000 });
    expect(planned(provisioning(), { session: failed })).toMatchObject({ fact: { passing: false } });
  });

  it('that goes away while commands run is lost, whatever it was asked for', () => {
    for (const session of [wished(ready, 'stop'), wished(ready, 'delete'), null])
      expect(planned(underWay(null).job, { session, run: underWay(null).run })).toMatchObject({
        fact: { kind: 'session_ended', lost: true, passing: true },
      });
  });

  it('is needed for outputs that lie in it, and for no others', () => {
    const session = wished(ready, 'delete');
    const lost = { fact: { kind: 'session_ended', lost: true } };
    const there = anOutput({ target: S3 });
    expect(planned(checking({ outputs: [there, anOutput()] }), { session })).toMatchObject(lost);
    expect(planned(checking({ outputs: [there] }), { session })).toEqual({ kind: 'check_outputs' });
  });
});

describe('a command', () => {
  it('is submitted once, and waited for', () => {
    expect(planned(runningJob(job(), 2_000))).toEqual({ kind: 'submit', command: 0 });
    const { job: waits, run } = underWay(null);
    expect(planned(waits, { run })).toBeNull();
  });

  it('that has ended counts before the end of its session', () => {
    const { job: present, run } = underWay({ kind: 'exited', code: 0 });
    const ended = { fact: { kind: 'command_ended', command: 0, runId: run.id, reason: run.end?.reason } };
    expect(planned(present, { run })).toMatchObject(ended);
    expect(planned(present, { run, session: wished(ready, 'delete') })).toMatchObject(ended);
  });

  it.each(['canceled', 'canceled_unproven'] as const)(
    'that is %s has failed, unless that came with the end of its session',
    (kind) => {
      const { job: present, run } = underWay({ kind } as EndReason);
      expect(planned(present, { run })).toMatchObject({ fact: { kind: 'command_ended', reason: { kind } } });
      const session = wished(ready, 'delete');
      expect(planned(present, { run, session })).toMatchObject({
        fact: { kind: 'session_ended', lost: true },
      });
    },
  );

  it('of which nothing is kept any more is lost', () => {
    expect(planned(underWay(null).job)).toMatchObject({ fact: { kind: 'session_ended', lost: true } });
  });
});

describe('a limit', () => {
  it('of an attempt counts from the asking for its session on, in each state before its end', () => {
    const about = { timeoutMs: 60_000, outputs: [anOutput()] };
    for (const present of [provisioning(job(about)), runningJob(job(about), 1_000), checking(about)]) {
      const due = attemptDeadline(present) ?? 0;
      expect(due).toBe((present.attempt?.startedAt ?? 0) + 60_000);
      const limit = { fact: { kind: 'timed_out', limit: 'attempt' } };
      expect(planned(present, { now: due })).toMatchObject(limit);
      expect(planned(present, { now: due - 1 })).not.toMatchObject(limit);
      expect(planned(present, { now: due, quiet: true })).not.toMatchObject(limit);
    }
  });

  it('of the whole job counts while it waits, too, and while what it needs is in trouble', () => {
    const fact = { kind: 'troubled', error: 'quota', why: 'full', retryAfterMs: 50_000, now: 2_000 } as const;
    const troubled = jobAfter(job({ deadlineMs: 10_000 }), fact);
    for (const present of [{ ...troubled, trouble: null, notBefore: 60_000 }, troubled]) {
      expect(planned(present, { now: 10_999 })).toBeNull();
      expect(planned(present, { now: 11_000 })).toMatchObject({ fact: { limit: 'deadline' } });
    }
  });
});

describe('a tear-down', () => {
  const failed = commandEnded(runningJob(job({ deadlineMs: 10_000 }), 2_000), 3, 4_000);
  const due = tearDownDeadline(failed) ?? 0;
  const overdue = { fact: { kind: 'tear_down_overdue', attempt: 1 } };

  it('goes on after the deadline of the job, and is given up when its provider has had time enough', () => {
    const session = wished(ready, 'delete');
    expect(planned(failed, { session, now: due - 1 })).toEqual({ kind: 'tear_down' });
    expect(planned(failed, { session, now: due })).toMatchObject(overdue);
    expect(planned(failed, { session, now: due, quiet: true })).toEqual({ kind: 'tear_down' });
  });

  it('is never given up before the end of its session was asked for, nor where that has come already', () => {
    const stopped = wished(ready, 'stop');
    const gone = { ...ready, state: 'deleted', desired: 'deleted' } as const;
    for (const session of [ready, stopped, gone, null])
      expect(planned(failed, { session, now: due + 86_400_000 })).toEqual({ kind: 'tear_down' });
  });

  it('that leaves the session stopped has asked for that, and for the end of its volumes where those go', () => {
    const stop = { kind: 'stop', lifeMs: 1 } as const;
    const left = commandEnded(runningJob(job({ finish: stop }), 2_000), 3, 4_000);
    const bare = commandEnded(runningJob(job({ finish: { ...stop, deleteVolumes: true } }), 2_000), 3, 4_000);
    const now = tearDownDeadline(left) ?? 0;
    const dropping = wished(ready, 'stop', { deleteVolumes: true });
    expect(planned(left, { session: wished(ready, 'stop'), now })).toMatchObject(overdue);
    expect(planned(bare, { session: dropping, now })).toMatchObject(overdue);
    expect(planned(bare, { session: wished(ready, 'stop'), now })).toEqual({ kind: 'tear_down' });
    const again = { ...wished(ready, 'stop'), desired: 'running' } as const;
    expect(planned(left, { session: again, now })).toEqual({ kind: 'tear_down' });
  });

  it('of a job that was canceled before anything was made looks whether there is a session', () => {
    const step = requestJob(aJob(), { kind: 'cancel', by: 'anna', now: 2_000 });
    const canceled = step.kind === 'next' ? step.job : aJob();
    expect(planned(canceled, { session: null, now: canceled.deadline * 2 })).toEqual({ kind: 'tear_down' });
  });
});
