import type { Run } from '@errand/contract';
import { DEFAULTS } from '@errand/core';
import { aRun, fakeClock, leased } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { openPlane } from '../../test/plane.ts';
import { openSqliteStore } from '../stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../system/local-notifier.ts';
import { topics } from '../use-cases/topics.ts';
import { Reconciler, TICK_MS } from './reconciler.ts';

it('gives a run up at its queue time-out, and says what it had waited for', async () => {
  await using plane = await openPlane();
  const submit = async (pool: string): Promise<string> => {
    const body = { command: ['true'], pool, queueTimeout: '40s' };
    return ((await (await plane.ask('POST', '/v1/runs', { key: plane.admin, body })).json()) as Run).id;
  };
  const runs = [await submit('lab'), await submit('local')];
  await plane.services.store.agents.setPool('local', { paused: true });
  const clock = fakeClock(Date.now());
  const { store, submit: parts } = plane.services;
  const reconciler = new Reconciler({ ...store, notifier: parts.notifier, clock });
  for (let ticks = 0; ticks < 45; ticks++) {
    await clock.advance(TICK_MS);
    await reconciler.tick();
  }
  const ends = await Promise.all(
    runs.map(async (id) => {
      const answer = await plane.ask('GET', `/v1/runs/${id}`, { key: plane.admin });
      return ((await answer.json()) as Run).end;
    }),
  );
  const sentence = 'No agent took the run before its queue time-out.';
  expect(ends).toMatchObject([
    {
      reason: 'timed_out',
      sentence: expect.stringMatching(/time-out\. No agent of the pool lab has ever joined/),
    },
    {
      reason: 'timed_out',
      sentence: `${sentence} The pool local is paused; errand pool resume local lets it go on.`,
    },
  ]);
});

it('does the rest where one part fails, and says what failed', async () => {
  await using plane = await openPlane();
  const { store, submit: parts } = plane.services;
  const looked: string[] = [];
  const reconciler = new Reconciler({
    ...store,
    runs: { ...store.runs, due: () => Promise.reject(new Error('this run cannot be read')) },
    groups: { ...store.groups, open: async () => (looked.push('groups'), []) },
    notifier: parts.notifier,
    clock: fakeClock(Date.now()),
  });
  await expect(reconciler.tick()).rejects.toThrow('this run cannot be read');
  expect(looked).toEqual(['groups']);
});

it('ends what is due although another run cannot be saved, and although nobody can say what it waited for', async () => {
  await using all = await open();
  for (let made = 0; made <= 200; made += 1)
    await all.store.runs.insert(aRun({ id: `run_${made}`, createdAt: 0, queueDeadline: 1_000 + made }), null);
  all.runs.save = (run, result) =>
    run.id === 'run_0' ? Promise.reject(new Error('this row is broken')) : all.store.runs.save(run, result);
  all.agents.pool = () => Promise.reject(new Error('nobody knows'));
  const failed: unknown[] = [];
  while (all.clock.now() <= DEFAULTS.leaseMs) {
    await all.clock.advance(TICK_MS);
    await all.reconciler.tick().catch((error: unknown) => failed.push(String(error)));
  }
  expect(failed).toEqual(['Error: this row is broken', 'Error: this row is broken']);
  const left = await all.store.runs.due(all.clock.now(), 300);
  expect(left.map(({ id }) => id)).toEqual(['run_0']);
});

it('lets agents be heard first after a stall and after a jump of the clock, and waits no longer than a lease', async () => {
  await using all = await open();
  await all.store.runs.insert(leased(aRun({ id: 'run_1', createdAt: 0 })), null);
  const stateAfter = async (ms: number): Promise<string | undefined> => {
    await all.clock.advance(ms);
    await all.reconciler.tick();
    return (await all.store.runs.get('run_1'))?.state;
  };
  // A tick is due each second; this one comes late.
  expect(await stateAfter(DEFAULTS.leaseMs + 60_000)).toBe('leased');
  all.clock.jump(600_000);
  expect(await stateAfter(TICK_MS)).toBe('leased');
  all.clock.jump(-500_000);
  expect(await stateAfter(TICK_MS)).toBe('leased');
  for (let ticks = 1; ticks < DEFAULTS.leaseMs / TICK_MS; ticks += 1)
    expect(await stateAfter(TICK_MS)).toBe('leased');
  expect(await stateAfter(TICK_MS)).toBe('queued');
});

it('ends all that is due in one tick, however many there are', async () => {
  await using all = await open();
  for (let made = 0; made < 450; made += 1)
    await all.store.runs.insert(aRun({ createdAt: 0, queueDeadline: 1_000 }), null);
  for (let ticks = 0; ticks < DEFAULTS.leaseMs / TICK_MS - 1; ticks += 1) {
    await all.clock.advance(TICK_MS);
    await all.reconciler.tick();
  }
  expect(await all.store.runs.due(all.clock.now(), 500)).toHaveLength(450);
  await all.clock.advance(TICK_MS);
  await all.reconciler.tick();
  expect(await all.store.runs.due(all.clock.now(), 500)).toEqual([]);
});

it('tells the pools whose runs it has brought back, and goes on with the next gates', async () => {
  await using all = await open();
  const gate = { kind: 'key', pool: 'lab', key: 'k', limit: 1 } as never;
  const asked: unknown[] = [];
  all.runs.sweep = async (after) => {
    asked.push(after);
    return { pools: after === null ? ['lab'] : [], last: after === null ? gate : null };
  };
  let told = 0;
  all.notifier.subscribe(topics.pool('lab'), () => (told += 1));
  for (const times of [1, 1, 2]) {
    await all.reconciler.tick();
    expect(told).toBe(times);
  }
  expect(asked).toEqual([null, gate, null]);
});

it('ticks on after a tick that failed', async () => {
  await using all = await open();
  const stop = new AbortController();
  const failed: unknown[] = [];
  all.runs.due = () => Promise.reject(new Error('the disk does not answer'));
  const running = all.reconciler.run(stop.signal, (error) => failed.push(error));
  for (const times of [1, 2, 3]) {
    await expect.poll(() => failed.length, { interval: 1 }).toBe(times);
    await all.clock.advance(TICK_MS);
  }
  stop.abort();
  await running;
});

async function open() {
  const store = await openSqliteStore({ database: ':memory:' });
  const clock = fakeClock(0);
  const runs = boundTo(store.runs);
  const agents = boundTo(store.agents);
  const notifier = new LocalNotifier();
  const reconciler = new Reconciler({ ...store, runs, agents, notifier, clock });
  return {
    store,
    notifier,
    clock,
    runs,
    agents,
    reconciler,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** The same store, of which a test may replace a function. */
function boundTo<Store extends object>(store: Store): Store {
  return Object.create(store) as Store;
}
