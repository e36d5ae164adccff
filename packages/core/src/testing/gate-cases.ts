import { expect, it } from 'vitest';
import type { PoolSettings } from '../agent/record.ts';
import type { ClaimQuery } from '../ports/run-store.ts';
import type { Store } from '../ports/store.ts';
import type { RunRecord } from '../run/record.ts';
import { aPool, aRun, leased, observed, requested } from './builders.ts';

/** How claims keep to labels, limits, pauses and the order among those that wait. */
export function gateCases(open: () => Promise<Store>): void {
  labelCases(open);
  poolCases(open);
  keyCases(open);
  groupCases(open);
  crowdCases(open);
  handCases(open);
}

function labelCases(open: () => Promise<Store>): void {
  it('gives a run only to agents that have all of its labels', async () => {
    await using store = await open();
    const run = await added(store, { labels: { gpu: 'a100', zone: 'eu' } });
    for (const labels of [
      {},
      { gpu: 'a100' },
      { gpu: 'a100', zone: 'us' },
      { gpu: '"a100"', zone: 'eu' },
    ] as const)
      expect(await claim(store, { labels })).toEqual([]);
    expect(await claim(store, { labels: { more: 'x', zone: 'eu', gpu: 'a100' } })).toEqual([run.id]);
  });

  it('keeps the order across runs for anybody, for this agent and for its labels', async () => {
    await using store = await open();
    const kinds = [{}, { agentId: 'agent_1' }, { labels: { a: '1' } }, { labels: { a: '1', b: '2' } }];
    const runs: RunRecord[] = [];
    for (let turn = 0; turn < 12; turn += 1)
      runs.push(await added(store, { ...kinds[(turn * 7) % 4], queuedAt: turn, priority: turn % 2 }));
    const order = runs.toSorted((a, b) => b.priority - a.priority || a.queuedAt - b.queuedAt);
    const labels = { a: '1', b: '2' };
    const taken = [
      ...(await claim(store, { labels, limit: 5 })),
      ...(await claim(store, { labels, limit: 9 })),
    ];
    expect(taken).toEqual(order.map(({ id }) => id));
  });
}

function poolCases(open: () => Promise<Store>): void {
  it('gives nothing of a paused pool, and everything once it goes on', async () => {
    await using store = await withPool(open, { paused: true });
    const run = await added(store);
    expect(await claim(store)).toEqual([]);
    await store.agents.setPool('default', { paused: false });
    expect(await claim(store)).toEqual([run.id]);
  });

  it('never has more of a pool held than its limit', async () => {
    await using store = await withPool(open, { limit: 3 });
    for (let count = 0; count < 5; count += 1) await added(store);
    const first = await claim(store, { limit: 2 });
    expect([first.length, (await claim(store)).length, (await claim(store)).length]).toEqual([2, 1, 0]);
    expect(await end(store, first[0] ?? '')).toBe(true);
    expect(await claim(store)).toHaveLength(1);
  });

  it('says that nothing else may go when a run of a pool without limits ends', async () => {
    await using store = await withPool(open, {});
    const run = await added(store);
    await claim(store);
    expect(await end(store, run.id)).toBe(false);
  });

  it('sets what is given, leaves the rest, and knows nothing of other pools', async () => {
    await using store = await withPool(open, { limit: 3 });
    expect(await store.agents.setPool('default', { limitPerKey: 2, lostAfterMs: 9 })).toEqual(
      aPool({ limit: 3, limitPerKey: 2, lostAfterMs: 9 }),
    );
    expect(await store.agents.setPool('default', { limit: null, paused: true })).toEqual(
      aPool({ limitPerKey: 2, lostAfterMs: 9, paused: true }),
    );
    const environment = { env: { A: 'b=c' }, sealedEnv: { TOKEN: 'sealed' } };
    expect(await store.agents.setPool('default', environment)).toEqual(
      aPool({ limitPerKey: 2, lostAfterMs: 9, paused: true, ...environment }),
    );
    expect(await store.agents.setPool('default', {})).toEqual(await store.agents.pool('default'));
    expect(await store.agents.setPool('none', { limit: 3 })).toBeNull();
  });
}

function keyCases(open: () => Promise<Store>): void {
  it('holds back what is beyond the limit of its key, and nobody else', async () => {
    await using store = await withPool(open, { limitPerKey: 1 });
    const [a1, a2, b1] = [
      await added(store, { createdBy: 'key_a' }),
      await added(store, { createdBy: 'key_a' }),
      await added(store, { createdBy: 'key_b' }),
    ];
    expect(await claim(store)).toEqual([a1.id, b1.id]);
    expect(await claim(store)).toEqual([]);
    expect((await store.runs.standing(a2)).gate).toMatchObject({ kind: 'key', limit: 1, held: 1 });
    expect(await end(store, b1.id)).toBe(false);
    expect(await claim(store)).toEqual([]);
    expect(await end(store, a1.id)).toBe(true);
    expect(await claim(store)).toEqual([a2.id]);
  });

  it('lets those go at once that a limit of keys held back, when it is taken away', async () => {
    await using store = await withPool(open, { limitPerKey: 1 });
    for (let count = 0; count < 4; count += 1) await added(store);
    expect(await claim(store)).toHaveLength(1);
    await store.agents.setPool('default', { limitPerKey: null });
    expect(await claim(store)).toHaveLength(3);
  });

  it('keeps the runs of a concurrency key in order, however often they are held back', async () => {
    await using store = await open();
    const runs: RunRecord[] = [];
    for (let turn = 0; turn < 6; turn += 1)
      runs.push(await added(store, { queuedAt: turn, concurrency: { key: 'deploy', limit: 1 } }));
    const order: string[] = [];
    for (const _ of runs) {
      const [id = ''] = await claim(store, { limit: 4 });
      expect(await claim(store)).toEqual([]);
      order.push(id);
      await end(store, id);
    }
    expect(order).toEqual(runs.map(({ id }) => id));
  });

  it('knows concurrency keys by team and pool', async () => {
    await using store = await open();
    const concurrency = { key: 'deploy', limit: 1 };
    const [first] = [await added(store, { owner: 'acme/a', concurrency })];
    await added(store, { owner: 'acme/b', concurrency });
    const [other, far] = [
      await added(store, { owner: 'beta', concurrency }),
      await added(store, { owner: 'acme', concurrency, pool: 'far' }),
    ];
    expect(await claim(store)).toEqual([first.id, other.id]);
    expect(await claim(store, { pool: 'far' })).toEqual([far.id]);
  });

  it('keeps to the smallest limit of those that are held and the one that comes', async () => {
    await using store = await open();
    const key = 'k';
    const wide = [1, 2].map((queuedAt) => ({ queuedAt, concurrency: { key, limit: 3 } }));
    const [one, two] = [await added(store, wide[0]), await added(store, wide[1])];
    const alone = await added(store, { queuedAt: 3, concurrency: { key, limit: 1 } });
    const last = await added(store, { queuedAt: 4, concurrency: { key, limit: 3 } });
    expect(await claim(store)).toEqual([one.id, two.id]);
    await end(store, one.id);
    expect(await claim(store)).toEqual([]);
    await end(store, two.id);
    expect(await claim(store)).toEqual([alone.id]);
    await end(store, alone.id);
    expect(await claim(store)).toEqual([last.id]);
  });

  it('passes over any number that are held back to those behind them', async () => {
    await using store = await open();
    const concurrency = { key: 'deploy', limit: 1 };
    for (let turn = 0; turn < 900; turn += 1) await added(store, { queuedAt: turn, concurrency });
    const free = await added(store, { queuedAt: 10_000 });
    expect(await claim(store, { limit: 1 })).toHaveLength(1);
    expect(await claim(store, { limit: 1 })).toEqual([free.id]);
  });

  it('brings back the next when the first of those held back is canceled', async () => {
    await using store = await open();
    const concurrency = { key: 'k', limit: 1 };
    const [held, next, last] = [
      await added(store, { queuedAt: 1, concurrency }),
      await added(store, { queuedAt: 2, concurrency }),
      await added(store, { queuedAt: 3, concurrency }),
    ];
    await claim(store);
    expect(await claim(store)).toEqual([]);
    await end(store, held.id);
    await cancel(store, next.id);
    expect(await claim(store)).toEqual([last.id]);
  });

  it('brings back by sweeping what nobody released', async () => {
    await using store = await withPool(open, { limitPerKey: 1 });
    const held: RunRecord[] = [];
    for (const createdBy of ['key_a', 'key_b', 'key_c']) {
      held.push(await added(store, { createdBy }));
      await added(store, { createdBy });
    }
    await claim(store);
    expect(await claim(store)).toEqual([]);
    for (const { id } of held) await end(store, id, 'silently');
    expect(await claim(store)).toEqual([]);
    const first = await store.runs.sweep(null, 2);
    expect([first.pools, first.last !== null]).toEqual([['default'], true]);
    expect(await store.runs.sweep(first.last, 2)).toEqual({ pools: ['default'], last: null });
    expect(await claim(store)).toHaveLength(3);
  });

  it('does not let one gate hold back a run that waits before another for nothing', async () => {
    await using store = await withPool(open, { limitPerKey: 1 });
    const concurrency = { key: 'k', limit: 1 };
    const a = await added(store, { queuedAt: 1, createdBy: 'key_a' });
    const b = await added(store, { queuedAt: 2, createdBy: 'key_b', concurrency });
    await added(store, { queuedAt: 3, createdBy: 'key_a', concurrency });
    const c = await added(store, { queuedAt: 4, createdBy: 'key_c', concurrency });
    expect(await claim(store)).toEqual([a.id, b.id]);
    expect(await claim(store)).toEqual([]);
    await end(store, b.id);
    expect(await claim(store)).toEqual([c.id]);
  });
}

function groupCases(open: () => Promise<Store>): void {
  it('holds as many runs of a group as may be held at once', async () => {
    await using store = await open();
    const group = { id: 'group_1', atOnce: 2, maxFailures: null };
    for (const agentId of ['agent_1', 'agent_2', 'agent_3']) await added(store, { agentId, group });
    const [one = ''] = await claim(store);
    expect(await claim(store, { agentId: 'agent_2' })).toHaveLength(1);
    expect(await claim(store, { agentId: 'agent_3' })).toEqual([]);
    expect(await end(store, one)).toBe(true);
    expect(await claim(store, { agentId: 'agent_3' })).toHaveLength(1);
  });

  it('begins no more runs of a group once more have failed than it bears', async () => {
    await using store = await open();
    const group = { id: 'group_1', atOnce: 1, maxFailures: 1 };
    for (const agentId of ['agent_1', 'agent_2', 'agent_3']) await added(store, { agentId, group });
    for (const agentId of ['agent_1', 'agent_2']) {
      const [id = ''] = await claim(store, { agentId });
      await end(store, id, 'failed');
    }
    expect(await claim(store, { agentId: 'agent_3' })).toEqual([]);
  });
}

function crowdCases(open: () => Promise<Store>): void {
  it('never exceeds a limit and starves nobody when many claim and end at once', async () => {
    await using store = await withPool(open, { limit: 7, limitPerKey: 4 });
    for (let turn = 0; turn < 60; turn += 1) {
      const concurrency = turn % 3 === 0 ? null : { key: `k${turn % 4}`, limit: 1 + (turn % 2) };
      await added(store, {
        queuedAt: turn,
        createdBy: `key_${turn % 3}`,
        concurrency,
        labels: turn % 5 === 0 ? { gpu: 'yes' } : {},
      });
    }
    let done = 0;
    for (let round = 0; round < 200 && done < 60; round += 1) {
      const agents = [1, 2, 3, 4].map((agent) => ({ agentId: `agent_${agent}`, limit: 3 }));
      const claims = agents.map((query) => claim(store, { ...query, labels: { gpu: 'yes' } }));
      await Promise.all(claims);
      const held = (await Promise.all(agents.map(({ agentId }) => store.runs.heldBy(agentId)))).flat();
      checkLimits(held);
      const ending = held.filter((_, index) => index % 2 === 0);
      await Promise.all(ending.map(({ id }) => end(store, id)));
      done += ending.length;
    }
    expect(done).toBe(60);
  });
}

function checkLimits(held: readonly RunRecord[]): void {
  expect(held.length).toBeLessThanOrEqual(7);
  for (const run of held) {
    expect(held.filter(({ createdBy }) => createdBy === run.createdBy).length).toBeLessThanOrEqual(4);
    if (run.concurrency === null) continue;
    const { key, limit } = run.concurrency;
    expect(held.filter(({ concurrency }) => concurrency?.key === key).length).toBeLessThanOrEqual(limit);
  }
}

function handCases(open: () => Promise<Store>): void {
  it('hands a new run over where nothing is in the way', async () => {
    await using store = await withPool(open, {});
    const run = aRun();
    const handed = await store.runs.insertFor(run, null, taker());
    expect(handed).toEqual({ kind: 'handed', run: { ...leased(run), version: 1 } });
    expect(await store.runs.get(run.id)).toEqual({ ...leased(run), version: 1 });
  });

  it.each<[string, Partial<PoolSettings>, Partial<RunRecord>]>([
    ['the pool is paused', { paused: true }, {}],
    ['the pool has a limit', { limit: 9 }, {}],
    ['its keys have a limit', { limitPerKey: 9 }, {}],
    ['the run has a concurrency key', {}, { concurrency: { key: 'k', limit: 9 } }],
    ['the run is one of a group', {}, { group: { id: 'group_1', atOnce: null, maxFailures: 0 } }],
    ['the agent has not its labels', {}, { labels: { gpu: 'a100' } }],
    ['another agent is named', {}, { agentId: 'agent_2' }],
  ])('queues a new run where %s', async (_, settings, change) => {
    await using store = await withPool(open, settings);
    const run = aRun(change);
    expect(await store.runs.insertFor(run, null, taker())).toEqual({ kind: 'inserted' });
    expect(await store.runs.get(run.id)).toEqual(run);
  });

  it.each<[string, Partial<RunRecord>]>([
    ['anybody', {}],
    ['this agent', { agentId: 'agent_1' }],
    ['its labels', { labels: { zone: 'eu' } }],
  ])('hands no new run past one that waits for %s', async (_, change) => {
    await using store = await withPool(open, {});
    await added(store, change);
    expect(await store.runs.insertFor(aRun(), null, taker())).toEqual({ kind: 'inserted' });
  });

  it('hands a run past those that wait for others', async () => {
    await using store = await withPool(open, {});
    await added(store, { labels: { zone: 'us' } });
    await added(store, { agentId: 'agent_2' });
    expect((await store.runs.insertFor(aRun(), null, taker())).kind).toBe('handed');
  });

  it('makes no second run of one idempotency key by handing it over', async () => {
    await using store = await withPool(open, {});
    const idempotency = { key: 'k', fingerprint: 'f' };
    const run = aRun();
    expect((await store.runs.insertFor(run, idempotency, taker())).kind).toBe('handed');
    const again = await store.runs.insertFor(aRun(), idempotency, taker());
    expect(again).toEqual({ kind: 'repeated', runId: run.id, fingerprint: 'f' });
  });
}

function taker() {
  return { agentId: 'agent_1', labels: { zone: 'eu' }, lease: (run: RunRecord) => leased(run) };
}

async function withPool(open: () => Promise<Store>, settings: Partial<PoolSettings>): Promise<Store> {
  const store = await open();
  await store.agents.ensurePool(aPool(settings));
  return store;
}

async function added(store: Store, change: Partial<RunRecord> = {}): Promise<RunRecord> {
  const run = aRun(change);
  await store.runs.insert(run, null);
  return run;
}

async function claim(store: Store, change: Partial<ClaimQuery> = {}): Promise<string[]> {
  const query = {
    pool: 'default',
    agentId: 'agent_1',
    labels: {},
    now: 50_000,
    limit: 10,
    ...change,
  };
  const taken = await store.runs.claim(query, (run) => leased(run, query.agentId, query.now));
  return taken.map(({ id }) => id);
}

/** Ends a held run as the use-cases do. True: others may go. */
async function end(store: Store, id: string, how: 'failed' | 'silently' | 'well' = 'well'): Promise<boolean> {
  const run = await store.runs.get(id);
  if (run === null) throw new Error(`there is no run ${id}`);
  const now = 60_000;
  const live = observed(run, { kind: 'starting', token: run.token, claimant: 'c', now });
  const reason = { kind: 'exited', code: how === 'failed' ? 1 : 0 } as const;
  const over = observed(live, { kind: 'ended', token: run.token, reason, log: null, now });
  expect(await store.runs.save({ ...over, version: run.version + 1 })).toBe('saved');
  return how !== 'silently' && (await store.runs.release(over));
}

async function cancel(store: Store, id: string): Promise<void> {
  const run = await store.runs.get(id);
  if (run === null) throw new Error(`there is no run ${id}`);
  const over = requested(run, { kind: 'cancel', signal: 'TERM', kill: false, now: 60_000 });
  expect(await store.runs.save(over)).toBe('saved');
  await store.runs.release(over);
}
