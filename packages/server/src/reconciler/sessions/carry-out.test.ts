import { describe, expect, it } from 'vitest';
import { addRun } from '../../../test/session-run.ts';
import { openSessionWorld, type SessionWorld } from '../../../test/session-world.ts';

const machinesOf = ({ provider }: SessionWorld) =>
  provider.machines.all().map(({ state, hasDisk }) => ({ state, hasDisk }));

async function ready(world: SessionWorld, wish: object = {}): Promise<string> {
  const { id } = await world.create({ idle: 'never', ...wish });
  await world.pass(5);
  expect((await world.get(id)).state).toBe('ready');
  return id;
}

describe('commands that run', () => {
  it.each(['stop', 'delete'] as const)(
    'get their time to end before a %s takes their machine',
    async (kind) => {
      await using world = await openSessionWorld();
      const id = await ready(world);
      const run = await addRun(world, id);
      await world.ask(id, kind);
      await world.pass(8);
      expect(await world.store.runs.get(run.id)).toMatchObject({ state: 'running', cancel: { kill: false } });
      expect(machinesOf(world)).toEqual([{ state: 'running', hasDisk: true }]);
      await world.pass(8);
      expect(world.provider.machines.alive()).toEqual([]);
    },
  );
});

describe('what a stop kept', () => {
  it('goes with the session', async () => {
    await using world = await openSessionWorld();
    const id = await ready(world);
    await world.ask(id, 'stop');
    await world.pass(5);
    expect(machinesOf(world)).toEqual([{ state: 'kept', hasDisk: true }]);
    await world.ask(id, 'delete');
    await world.pass(5);
    expect((await world.get(id)).state).toBe('deleted');
    expect(machinesOf(world)).toEqual([{ state: 'gone', hasDisk: false }]);
  });

  it('loses its volumes where that is asked for later', async () => {
    await using world = await openSessionWorld();
    const id = await ready(world);
    await world.ask(id, 'stop');
    await world.pass(5);
    await world.wish(id, { kind: 'stop', by: 'me', deleteVolumes: true, now: world.clock.now() });
    await world.pass(5);
    expect((await world.get(id)).state).toBe('stopped');
    expect(machinesOf(world)).toEqual([{ state: 'kept', hasDisk: false }]);
  });
});

describe('what a launch may have made whose answer was lost', () => {
  const lost = { kind: 'lost_answer', effectAfterMs: 9_000 } as const;

  async function deleted(world: SessionWorld, id: string): Promise<void> {
    await world.ask(id, 'delete');
    await world.pass(7);
    // Nobody knows anything of it yet, and it will be there in a moment.
    expect([(await world.get(id)).state, machinesOf(world)]).toEqual(['deleting', []]);
    await world.pass(30);
    expect((await world.get(id)).state).toBe('deleted');
    expect(machinesOf(world)).toEqual([{ state: 'gone', hasDisk: false }]);
  }

  it('is waited for', async () => {
    await using world = await openSessionWorld({ fault: (call) => (call === 'launch' ? lost : null) });
    await world.pass(60);
    const { id } = await world.create();
    await world.pass(1);
    await deleted(world, id);
  });

  it('is waited for by a clock that did not jump', async () => {
    await using world = await openSessionWorld({ fault: (call) => (call === 'launch' ? lost : null) });
    await world.pass(60);
    const { id } = await world.create();
    await world.pass(1);
    world.clock.jump(500_000);
    await deleted(world, id);
  });

  it('is waited for from the last call on, not the first', async () => {
    let calls = 0;
    await using world = await openSessionWorld({
      fault: (call) => {
        if (call !== 'launch') return null;
        calls += 1;
        return calls === 6 ? lost : { kind: 'lost_request' };
      },
    });
    await world.pass(60);
    const { id } = await world.create();
    while ((world.provider.calls.get('launch') ?? 0) < 6) await world.pass(1);
    await deleted(world, id);
  });
});

it('has a lease renewed for as long as a session runs, however short it is', async () => {
  await using world = await openSessionWorld();
  const id = await ready(world, { lease: 60_000 });
  await world.pass(300);
  expect((await world.get(id)).state).toBe('ready');
  expect(machinesOf(world)).toEqual([{ state: 'running', hasDisk: true }]);
});

it.each(['stop', 'terminate', 'inspect', 'launch'] as const)(
  'asks again where a provider never answers to %s, and ends what it made',
  async (hanging) => {
    let hangs = true;
    await using world = await openSessionWorld({
      fault: (call) => {
        if (call !== hanging || !hangs) return null;
        hangs = false;
        return { kind: 'slow', ms: 100_000_000 };
      },
    });
    const { id } = await world.create();
    await world.pass(30);
    expect((await world.get(id)).state).toBe('ready');
    for (const [kind, state] of [
      ['stop', 'stopped'],
      ['delete', 'deleted'],
    ] as const) {
      await world.ask(id, kind);
      await world.pass(30);
      expect((await world.get(id)).state).toBe(state);
    }
    expect(hangs).toBe(false);
    expect(machinesOf(world).filter(({ state }) => state !== 'gone')).toEqual([]);
  },
);

it('does not take the word of a fast clock for use to come', async () => {
  await using world = await openSessionWorld();
  const id = await ready(world, { idle: 300_000 });
  const [machine] = world.provider.machines.alive();
  if (machine === undefined) throw new Error('it runs');
  machine.trafficAt = world.clock.now() + 86_400_000;
  await world.pass(70);
  machine.trafficAt = null;
  expect((await world.get(id)).activity.at).toBeLessThanOrEqual(world.clock.now());
  await world.pass(400);
  expect((await world.get(id)).state).toBe('stopped');
});
