import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Page, RunFilter } from '../ports/run-store.ts';
import type { Store } from '../ports/store.ts';
import type { RunRecord } from '../run/record.ts';
import { statusOf } from '../run/status.ts';
import { covers } from '../vocabulary/owner.ts';
import { RUN_STATUSES } from '../vocabulary/run-state.ts';
import { aRun, aSpec, finished, leased, observed, requested, running } from './builders.ts';

const ALL: Page = { limit: 1_000, after: null };

/** What lists hold, and in which order. */
export function listCases(open: () => Promise<Store>): void {
  it('finds the runs of a script, not those that share its name', async () => {
    await using store = await open();
    const script = {
      name: 'netspeed',
      args: {},
      secretArgs: [],
      sha256: null,
      source: 'central',
      result: null,
    } as const;
    const called = aRun({ spec: aSpec({ script }) });
    await store.runs.insert(called, null);
    await store.runs.insert(aRun({ name: 'netspeed', tags: ['netspeed'] }), null);
    const found = await store.runs.list({ script: 'netspeed' }, { limit: 10, after: null });
    expect(found).toEqual([called]);
  });

  it('gives the newest first, and of one time the higher id', async () => {
    await using store = await open();
    await insertAll(store, [
      aRun({ id: 'run_a', createdAt: 10 }),
      aRun({ id: 'run_c', createdAt: 20 }),
      aRun({ id: 'run_b', createdAt: 20 }),
      aRun({ id: 'run_B', createdAt: 20 }),
    ]);
    expect(ids(await store.runs.list({}, ALL))).toEqual(['run_c', 'run_b', 'run_B', 'run_a']);
  });

  it('pages without a gap or a repeat, also within one time and across statuses', async () => {
    await using store = await open();
    const runs = Array.from({ length: 23 }, (_, index) => {
      const run = aRun({ createdAt: Math.floor(index / 7), tags: ['t'], name: 'n' });
      return index % 3 === 0 ? finished(run) : run;
    });
    await insertAll(store, runs);
    const filters: RunFilter[] = [
      {},
      { status: ['queued', 'succeeded'] },
      { ownerScope: 'acme', tags: ['t'] },
    ];
    for (const filter of [...filters, { pool: 'default' }, { name: 'n' }])
      expect(await everyPage(store, filter, 5)).toEqual(ids(await store.runs.list(filter, ALL)));
    expect(await everyPage(store, {}, 5)).toHaveLength(23);
  });

  it('goes on after a run that is not there any more', async () => {
    await using store = await open();
    await insertAll(store, [aRun({ id: 'run_a', createdAt: 10 }), aRun({ id: 'run_c', createdAt: 10 })]);
    const page = { limit: 5, after: { createdAt: 10, id: 'run_b' } };
    expect(ids(await store.runs.list({}, page))).toEqual(['run_a']);
  });

  it('takes an owner with everything below it, and nothing beside it', async () => {
    await using store = await open();
    const owners = ['acme', 'acme/user-1', 'acme/user-1/deep', 'acme/user-10', 'acme2', 'acme-x', 'zeta'];
    await insertAll(
      store,
      owners.map((owner) => aRun({ owner })),
    );
    const seen = async (ownerScope: string) =>
      (await store.runs.list({ ownerScope }, ALL)).map(({ owner }) => owner).toSorted();
    expect(await seen('acme')).toEqual(['acme', 'acme/user-1', 'acme/user-1/deep', 'acme/user-10']);
    expect(await seen('acme/user-1')).toEqual(['acme/user-1', 'acme/user-1/deep']);
    expect(await seen('acm')).toEqual([]);
  });

  it('knows every visible status, as it was saved last', async () => {
    await using store = await open();
    const live = running(aRun());
    const token = live.token;
    const now = 90_000;
    const runs = [
      aRun(),
      leased(aRun()),
      live,
      observed(running(aRun()), { kind: 'agent_silent', token, now }),
      requested(running(aRun()), { kind: 'cancel', signal: 'TERM', kill: false, now }),
      finished(aRun()),
      finished(aRun(), now, 3),
      observed(aRun(), { kind: 'queue_timed_out', now }),
      requested(aRun(), { kind: 'cancel', signal: 'TERM', kill: false, now }),
      observed(running(aRun()), { kind: 'agent_gone', how: 'lost', token, now }),
    ];
    expect(new Set(runs.map(statusOf))).toEqual(new Set(RUN_STATUSES));
    await insertAll(store, runs);
    for (const run of runs)
      expect(ids(await store.runs.list({ status: [statusOf(run)] }, ALL))).toEqual([run.id]);
    await store.runs.save(requested(live, { kind: 'cancel', signal: 'TERM', kill: true, now }));
    expect(await store.runs.list({ status: ['running'] }, ALL)).toEqual([]);
    expect(await store.runs.list({ status: ['canceling'] }, ALL)).toHaveLength(2);
  });

  it('finds by agent: of the latest attempt, else the wanted one', async () => {
    await using store = await open();
    const [wanted, held, over, other] = [
      aRun({ agentId: 'agent_1' }),
      leased(aRun()),
      finished(aRun()),
      aRun(),
    ];
    await insertAll(store, [wanted, held, over, other, leased(aRun(), 'agent_2')]);
    const found = ids(await store.runs.list({ agentId: 'agent_1' }, ALL));
    expect(found.toSorted()).toEqual(ids([wanted, held, over]).toSorted());
  });

  it('finds nothing for an empty list of statuses', async () => {
    await using store = await open();
    await insertAll(store, [aRun()]);
    expect(await store.runs.list({ status: [] }, ALL)).toEqual([]);
  });

  it('agrees with a plain filter for any filter', async () => {
    await using store = await open();
    const runs = Array.from({ length: 60 }, (_, index) => variedRun(index));
    await insertAll(store, runs);
    await fc.assert(
      fc.asyncProperty(anyFilter, fc.integer({ min: 1, max: 20 }), async (filter, limit) => {
        const expected = runs.filter((run) => matches(run, filter)).sort(newestFirst);
        expect(await store.runs.list(filter, { limit, after: null })).toEqual(expected.slice(0, limit));
      }),
      { numRuns: 60 },
    );
  });
}

const anyFilter: fc.Arbitrary<RunFilter> = fc.record(
  {
    ownerScope: fc.constantFrom('acme', 'acme/user-1', 'acme/user-2', 'none'),
    status: fc.uniqueArray(fc.constantFrom('queued', 'starting', 'succeeded', 'failed'), { minLength: 1 }),
    pool: fc.constantFrom('a', 'b'),
    name: fc.constantFrom('x', 'y'),
    tags: fc.subarray(['t1', 't2', 't3']),
    createdAfter: fc.integer({ min: 0, max: 8 }),
    createdBefore: fc.integer({ min: 2, max: 10 }),
  },
  { requiredKeys: [] },
);

function variedRun(index: number): RunRecord {
  const run = aRun({
    owner: ['acme', 'acme/user-1', 'acme/user-2'][index % 3] ?? 'acme',
    pool: index % 2 === 0 ? 'a' : 'b',
    name: [null, 'x', 'y'][index % 3] ?? null,
    tags: ['t1', 't2', 't3'].slice(0, index % 4),
    createdAt: index % 10,
  });
  return [run, leased(run), finished(run), finished(run, run.notBefore, 1)][index % 4] ?? run;
}

function matches(run: RunRecord, filter: RunFilter): boolean {
  const { ownerScope, status, pool, name, tags = [], createdAfter, createdBefore } = filter;
  return (
    (ownerScope === undefined || covers(ownerScope, run.owner)) &&
    (status === undefined || status.includes(statusOf(run))) &&
    (pool === undefined || run.pool === pool) &&
    (name === undefined || run.name === name) &&
    tags.every((tag) => run.tags.includes(tag)) &&
    (createdAfter === undefined || run.createdAt > createdAfter) &&
    (createdBefore === undefined || run.createdAt < createdBefore)
  );
}

function newestFirst(a: RunRecord, b: RunRecord): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
}

async function everyPage(store: Store, filter: RunFilter, limit: number): Promise<string[]> {
  const seen: string[] = [];
  let after: Page['after'] = null;
  for (;;) {
    const page: RunRecord[] = await store.runs.list(filter, { limit, after });
    seen.push(...ids(page));
    const last = page.at(-1);
    if (last === undefined) return seen;
    after = { createdAt: last.createdAt, id: last.id };
  }
}

async function insertAll(store: Store, runs: readonly RunRecord[]): Promise<void> {
  await Promise.all(runs.map((run) => store.runs.insert(run, null)));
}

function ids(runs: readonly RunRecord[]): string[] {
  return runs.map(({ id }) => id);
}
