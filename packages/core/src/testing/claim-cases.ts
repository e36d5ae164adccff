import { expect, it } from 'vitest';
import type { ClaimQuery } from '../ports/run-store.ts';
import type { Store } from '../ports/store.ts';
import type { RunRecord } from '../run/record.ts';
import { aRun, finished, leased, running } from './builders.ts';

/** How runs are claimed. */
export function claimCases(open: () => Promise<Store>): void {
  it('takes the highest priority first, then who queued first, then the lower id', async () => {
    await using store = await open();
    const runs = [
      aRun({ id: 'run_d', priority: 0, queuedAt: 20 }),
      aRun({ id: 'run_c', priority: 0, queuedAt: 10 }),
      aRun({ id: 'run_b', priority: 0, queuedAt: 10 }),
      aRun({ id: 'run_a', priority: 5, queuedAt: 30 }),
      aRun({ id: 'run_e', priority: -1, queuedAt: 1 }),
    ];
    for (const run of runs) await store.runs.insert(run, null);
    const taken = await store.runs.claim(query({ limit: 4 }), lease);
    expect(ids(taken)).toEqual(['run_a', 'run_b', 'run_c', 'run_d']);
    expect(ids(await store.runs.claim(query({ limit: 4 }), lease))).toEqual(['run_e']);
    expect(await store.runs.claim(query({ limit: 4 }), lease)).toEqual([]);
  });

  it('keeps that order across runs for anybody and runs for this agent', async () => {
    await using store = await open();
    const runs = [1, 2, 3, 4].map((queuedAt) =>
      aRun({ id: `run_${queuedAt}`, queuedAt, agentId: queuedAt % 2 === 0 ? 'agent_1' : null }),
    );
    for (const run of runs) await store.runs.insert(run, null);
    expect(ids(await store.runs.claim(query({ limit: 3 }), lease))).toEqual(['run_1', 'run_2', 'run_3']);
  });

  it('saves what the lease function made', async () => {
    await using store = await open();
    const run = aRun();
    await store.runs.insert(run, null);
    const [taken] = await store.runs.claim(query({}), lease);
    expect(taken).toEqual(lease(run));
    expect(await store.runs.get(run.id)).toEqual(lease(run));
    expect(await store.runs.heldBy('agent_1')).toEqual([lease(run)]);
  });

  it('leaves a run that the lease function does not want', async () => {
    await using store = await open();
    const [first, second] = [aRun({ queuedAt: 1 }), aRun({ queuedAt: 2 })];
    for (const run of [first, second]) await store.runs.insert(run, null);
    const taken = await store.runs.claim(query({}), (run) => (run.id === first.id ? null : lease(run)));
    expect(ids(taken)).toEqual([second.id]);
    expect(await store.runs.get(first.id)).toEqual(first);
  });

  it('takes nothing before its time', async () => {
    await using store = await open();
    await store.runs.insert(aRun({ id: 'run_1', notBefore: 5_001 }), null);
    expect(await store.runs.claim(query({ now: 5_000 }), lease)).toEqual([]);
    expect(ids(await store.runs.claim(query({ now: 5_001 }), lease))).toEqual(['run_1']);
  });

  it('takes nothing of another pool, for another agent, or not queued', async () => {
    await using store = await open();
    const runs = [
      aRun({ pool: 'other' }),
      aRun({ agentId: 'agent_2' }),
      leased(aRun()),
      running(aRun()),
      finished(aRun()),
    ];
    for (const run of runs) await store.runs.insert(run, null);
    expect(await store.runs.claim(query({}), lease)).toEqual([]);
  });

  it('takes no more than the limit', async () => {
    await using store = await open();
    for (let count = 0; count < 5; count += 1) await store.runs.insert(aRun(), null);
    expect(await store.runs.claim(query({ limit: 2 }), lease)).toHaveLength(2);
    expect(await store.runs.countOpen()).toEqual(
      expect.arrayContaining([{ pool: 'default', state: 'queued', count: 3 }]),
    );
  });

  it('never gives a run to two claimers, and loses none between them', async () => {
    await using store = await open();
    const all = Array.from({ length: 40 }, () => aRun());
    await Promise.all(all.map((run) => store.runs.insert(run, null)));
    const taken: RunRecord[] = [];
    for (let round = 0; round < 20 && taken.length < all.length; round += 1) {
      const agents = ['agent_1', 'agent_2', 'agent_3', 'agent_4'];
      const claims = agents.map((agentId) =>
        store.runs.claim(query({ agentId, limit: 3 }), (run) => leased(run, agentId, 5_000)),
      );
      taken.push(...(await Promise.all(claims)).flat());
    }
    expect(ids(taken).toSorted()).toEqual(ids(all).toSorted());
  });

  it('is whole or not at all: a lease function that throws leaves every run queued', async () => {
    await using store = await open();
    const runs = [aRun({ queuedAt: 1 }), aRun({ queuedAt: 2 })];
    for (const run of runs) await store.runs.insert(run, null);
    const beside = aRun({ pool: 'other' });
    const claim = store.runs.claim(query({}), (run) => {
      if (run.queuedAt === 2) throw new Error('a defect');
      return lease(run);
    });
    const inserted = store.runs.insert(beside, null);
    await expect(claim).rejects.toThrow('a defect');
    expect(await inserted).toEqual({ kind: 'inserted' });
    for (const run of [...runs, beside]) expect(await store.runs.get(run.id)).toEqual(run);
  });
}

function query(change: Partial<ClaimQuery>): ClaimQuery {
  return { pool: 'default', agentId: 'agent_1', labels: {}, now: 5_000, limit: 10, ...change };
}

function lease(run: RunRecord): RunRecord {
  return leased(run, 'agent_1', 5_000);
}

function ids(runs: readonly RunRecord[]): string[] {
  return runs.map(({ id }) => id);
}
