import { expect, it } from 'vitest';
import type { JobRecord } from '../job/record.ts';
import type { JobFilter } from '../ports/job-store.ts';
import type { Store } from '../ports/store.ts';
import { JOB_STATES } from '../vocabulary/job-state.ts';
import { aJob, commandEnded, jobAfter, runningJob } from './job-builders.ts';

const FIRST_PAGE = { limit: 100, after: null };

/** The contract of the job store, sentence by sentence. */
export function jobStoreCases(open: () => Promise<Store>): void {
  it('keeps every field of a job', async () => {
    await using store = await open();
    const job = {
      ...commandEnded(runningJob(aJob({ name: "it's \u{1f30d}", tags: ['a'] })), 0, 5_000),
      version: 1,
    };
    expect(await store.jobs.insert(job, null)).toEqual({ kind: 'inserted' });
    expect(await store.jobs.get(job.id)).toEqual(job);
    expect(await store.jobs.get('job_none')).toBeNull();
  });

  it('replaces only the version before, for one of several writers', async () => {
    await using store = await open();
    const job = aJob();
    await store.jobs.insert(job, null);
    const next = jobAfter(job, { kind: 'session_made', attempt: 1, sessionId: 'ses_1', now: 2_000 });
    const answers = await Promise.all([1, 2, 3].map(() => store.jobs.save(next)));
    expect(answers.toSorted()).toEqual(['saved', 'stale', 'stale']);
    expect(await store.jobs.save({ ...next, version: 7 })).toBe('stale');
    expect(await store.jobs.get(job.id)).toEqual(next);
  });

  it('gives a name to one job of an owner, for as long as that is kept', async () => {
    await using store = await open();
    const named = (change: Partial<JobRecord>) => store.jobs.insert(aJob({ name: 'daily', ...change }), null);
    const all = await Promise.all([named({}), named({}), named({})]);
    const first = await store.jobs.byName('acme/user-1', 'daily');
    expect(all.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
    expect(all).toContainEqual({ kind: 'name_taken', jobId: first?.id });
    expect(await named({ owner: 'acme/user-2' })).toEqual({ kind: 'inserted' });
    expect(await store.jobs.byName('acme/user-3', 'daily')).toBeNull();
    if (first === null) throw new Error('was inserted');
    await store.jobs.save(over(first, 9_000));
    expect((await named({})).kind).toBe('name_taken');
    await store.jobs.remove([first.id]);
    expect((await named({})).kind).toBe('inserted');
  });

  it('answers a repeat with the job made before, also when its name is taken by it', async () => {
    await using store = await open();
    const idempotency = { key: 'k', fingerprint: 'f' };
    const job = aJob({ name: 'daily' });
    await store.jobs.insert(job, idempotency);
    const again = aJob({ name: 'daily' });
    const repeated = { kind: 'repeated', jobId: job.id, fingerprint: 'f' };
    expect(await store.jobs.insert(again, idempotency)).toEqual(repeated);
    expect(await store.jobs.get(again.id)).toBeNull();
    expect(await store.jobs.insert(aJob({ createdBy: 'key_2' }), idempotency)).toEqual({ kind: 'inserted' });
  });

  it('finds what is due, earliest first, and nothing that has finished', async () => {
    await using store = await open();
    const early = aJob({ createdAt: 1_000 });
    const late = aJob({ createdAt: 9_000 });
    const gone = over(aJob({ createdAt: 500 }), 600);
    for (const job of [late, early, { ...gone, version: 1 }]) await store.jobs.insert(job, null);
    const ids = async (now: number, limit = 10) => (await store.jobs.due(now, limit)).map(({ id }) => id);
    expect(await ids(900)).toEqual([]);
    expect(await ids(8_999)).toEqual([early.id]);
    expect(await ids(9_000)).toEqual([early.id, late.id]);
    expect(await ids(9_000, 1)).toEqual([early.id]);
  });

  it('lists newest first, by owner scope, status and name, page by page', async () => {
    await using store = await open();
    const canceling = { ...aJob({ owner: 'acme', createdAt: 5 }), cancel: { at: 6, by: 'me' } };
    const jobs = [
      aJob({ owner: 'acme', createdAt: 1 }),
      aJob({ owner: 'acme/user-1', name: 'daily', createdAt: 2 }),
      aJob({ owner: 'acme2', createdAt: 3 }),
      { ...over(aJob({ owner: 'acme/user-1', createdAt: 4 }), 9), version: 1 },
      canceling,
    ];
    for (const job of jobs) await store.jobs.insert(job, null);
    const places = async (filter: JobFilter, page = FIRST_PAGE) =>
      (await store.jobs.list(filter, page)).map(({ id }) => jobs.findIndex((each) => each.id === id));
    expect(await places({})).toEqual([4, 3, 2, 1, 0]);
    expect(await places({ ownerScope: 'acme' })).toEqual([4, 3, 1, 0]);
    expect(await places({ ownerScope: 'acme', status: ['queued', 'failed'] })).toEqual([3, 1, 0]);
    expect(await places({ status: ['canceling'] })).toEqual([4]);
    expect(await places({ name: 'daily' })).toEqual([1]);
    const [, second] = await store.jobs.list({}, { limit: 2, after: null });
    if (second === undefined) throw new Error('there are five');
    expect(await places({}, { limit: 2, after: second } as never)).toEqual([2, 1]);
  });

  it('counts by state, and forgets only what has finished', async () => {
    await using store = await open();
    const open1 = aJob();
    const old = { ...over(aJob(), 3_000), version: 1 };
    const older = { ...over(aJob(), 2_000), version: 1 };
    for (const job of [open1, old, older]) await store.jobs.insert(job, null);
    expect(await store.jobs.count()).toEqual([
      { state: 'finished', count: 2 },
      { state: 'queued', count: 1 },
    ]);
    const before = async (time: number) => (await store.jobs.finishedBefore(time, 10)).map(({ id }) => id);
    expect(await before(3_000)).toEqual([older.id]);
    expect(await before(3_001)).toEqual([older.id, old.id]);
    await store.jobs.remove([]);
    await store.jobs.remove([open1.id, older.id, 'job_none']);
    expect(await before(9_000)).toEqual([old.id]);
    expect(await store.jobs.get(open1.id)).not.toBeNull();
  });

  it('takes every state of the vocabulary', async () => {
    await using store = await open();
    for (const state of JOB_STATES)
      expect(await store.jobs.insert(aJob({ state }), null)).toEqual({ kind: 'inserted' });
  });
}

function over(job: JobRecord, now: number): JobRecord {
  const failed = commandEnded(runningJob(job, now), 1, now);
  return { ...jobAfter(failed, { kind: 'session_settled', attempt: 1, now }), version: job.version + 1 };
}
