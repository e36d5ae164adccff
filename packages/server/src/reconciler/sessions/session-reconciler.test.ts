import type { FakeFault } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import { addRun } from '../../../test/session-run.ts';
import { openSessionWorld } from '../../../test/session-world.ts';

describe('a start', () => {
  it('makes it, waits for its health check and says so step by step', async () => {
    let looks = 0;
    await using world = await openSessionWorld({ health: null }, () => {
      looks += 1;
      return looks < 3 ? { kind: 'not_yet', why: 'it answered 503' } : { kind: 'ok' };
    });
    const { id } = await world.create({ ports: [80], health: { path: '/health' } });
    await world.pass(15);
    const session = await world.get(id);
    expect(session).toMatchObject({ state: 'ready', ports: [{ port: 80, host: '192.0.2.1' }] });
    expect(session.events.map(({ text }) => text)).toEqual([
      'Requested.',
      'The provider is asked for it.',
      'booting',
      'It runs.',
      'Not ready yet: it answered 503.',
      'Ready.',
    ]);
    expect(world.errors).toEqual([]);
  });

  it('gives the compute its variables, secrets in clear, and stores them sealed', async () => {
    await using world = await openSessionWorld();
    const { id } = await world.create({ env: { A: '1' }, secretEnv: { B: 'a long secret' } });
    await world.pass(5);
    expect(world.provider.machines.all()[0]?.env).toEqual({ A: '1', B: 'a long secret' });
    expect((await world.get(id)).spec.sealedEnv).toEqual({ B: 'sealed a long secret' });
  });

  it.each([
    ['its health check never succeeds', { health: () => ({ kind: 'not_yet', why: '503' }) as const }, 320],
    [
      'its health check says that waiting is pointless',
      { health: () => ({ kind: 'failed', why: 'x' }) as const },
      20,
    ],
    ['it never comes to run', { bootMs: 10_000_000 }, 620],
    ['the account may have no more', { fault: (call: string) => onLaunch(call, 'quota') }, 30],
    [
      'there is no capacity for as long as it may take',
      { fault: (call: string) => onLaunch(call, 'capacity') },
      640,
    ],
  ])('leaves nothing behind when %s', async (_why, faults, seconds) => {
    await using world = await openSessionWorld(faults);
    const { id } = await world.create({ health: { command: ['check'] } });
    await world.pass(seconds);
    const session = await world.get(id);
    expect(session.state).toBe('failed');
    expect(session.failure).not.toBeNull();
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it('asks once more after a lost answer and makes nothing twice', async () => {
    let lost = 0;
    await using world = await openSessionWorld({
      fault: (call) => {
        if (call !== 'launch' || lost >= 2) return null;
        lost += 1;
        return { kind: 'lost_answer', effectAfterMs: 500 };
      },
    });
    const { id } = await world.create();
    await world.pass(20);
    expect((await world.get(id)).state).toBe('ready');
    expect(world.provider.machines.all()).toHaveLength(1);
  });
});

function onLaunch(call: string, error: 'quota' | 'capacity'): FakeFault | null {
  return call === 'launch' ? { kind: 'error', error } : null;
}

describe('an end', () => {
  it('stops, keeps what was there, and starts again with the same subdomain', async () => {
    await using world = await openSessionWorld();
    const { id, subdomain } = await world.create();
    await world.pass(5);
    await world.ask(id, 'stop');
    await world.pass(5);
    expect(await world.get(id)).toMatchObject({ state: 'stopped', desired: 'stopped' });
    expect(world.provider.machines.alive()).toEqual([]);
    await world.ask(id, 'start');
    await world.pass(5);
    expect(await world.get(id)).toMatchObject({ state: 'ready', subdomain, launches: 2 });
    expect(world.provider.machines.all()).toHaveLength(1);
  });

  it('is not called so before the provider confirms it, however long that takes, and is an alarm meanwhile', async () => {
    let broken = false;
    await using world = await openSessionWorld({
      fault: (call) => (broken && call === 'terminate' ? { kind: 'error', error: 'auth' } : null),
    });
    const { id } = await world.create();
    await world.pass(5);
    broken = true;
    await world.ask(id, 'delete');
    await world.pass(1_000);
    expect(await world.get(id)).toMatchObject({ state: 'deleting', trouble: { kind: 'auth' } });
    broken = false;
    await world.pass(70);
    expect((await world.get(id)).state).toBe('deleted');
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it.each(['stop', 'delete'] as const)(
    'by a %s ends commands of which no agent speaks any more',
    async (kind) => {
      await using world = await openSessionWorld();
      const { id } = await world.create();
      await world.pass(5);
      const run = await addRun(world, id);
      await world.ask(id, kind);
      await world.pass(30);
      expect((await world.get(id)).state).toBe(kind === 'stop' ? 'stopped' : 'deleted');
      expect((await world.store.runs.get(run.id))?.state).toBe('finished');
    },
  );

  it('finds what a launch made whose answer never came', async () => {
    await using world = await openSessionWorld({
      fault: (call) => (call === 'launch' ? { kind: 'lost_answer', effectAfterMs: 9_000 } : null),
    });
    const { id } = await world.create();
    await world.pass(1);
    await world.ask(id, 'delete');
    await world.pass(5);
    expect((await world.get(id)).state).toBe('deleting');
    await world.pass(60);
    expect((await world.get(id)).state).toBe('deleted');
    expect(world.provider.machines.all()).toHaveLength(1);
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it('comes when nobody uses it: first a stop, later a deletion', async () => {
    await using world = await openSessionWorld();
    const { id } = await world.create({ idle: 300_000, unused: 600_000 });
    await world.pass(299);
    expect((await world.get(id)).state).toBe('ready');
    await world.pass(60);
    expect(await world.get(id)).toMatchObject({ state: 'stopped', ending: { reason: { kind: 'idle' } } });
    await world.pass(620);
    expect((await world.get(id)).state).toBe('deleted');
  });

  it('comes at the end of its lifetime', async () => {
    await using world = await openSessionWorld();
    const { id } = await world.create({ maxLife: 600_000, idle: 'never' });
    await world.pass(580);
    expect((await world.get(id)).state).toBe('ready');
    await world.pass(60);
    expect(await world.get(id)).toMatchObject({
      state: 'stopped',
      ending: { reason: { kind: 'life_ended' } },
    });
  });

  it('is noticed at once when its provider says that the compute vanished', async () => {
    await using world = await openSessionWorld();
    const { id } = await world.create();
    await world.pass(5);
    for (const { id: machine } of world.provider.machines.alive()) world.provider.machines.vanish(machine);
    await world.pass(3);
    expect(await world.get(id)).toMatchObject({
      state: 'stopped',
      failure: { reason: { kind: 'machine_gone' } },
    });
  });
});

describe('use', () => {
  it.each([
    ['bytes through a published port', 'trafficAt'],
    ['processes that compute', 'cpuMs'],
  ] as const)('%s keep it alive', async (_what, field) => {
    await using world = await openSessionWorld();
    const { id } = await world.create({ idle: 120_000 });
    await world.pass(5);
    for (let minute = 0; minute < 10; minute += 1) {
      const [machine] = world.provider.machines.alive();
      if (machine === undefined) throw new Error('it was stopped');
      if (field === 'cpuMs') machine.cpuMs += 20_000;
      else machine.trafficAt = world.clock.now();
      await world.pass(60);
    }
    expect((await world.get(id)).state).toBe('ready');
    await world.pass(300);
    expect((await world.get(id)).state).toBe('stopped');
  });

  it('counts also where only memory knows of it, and after a restart', async () => {
    await using world = await openSessionWorld();
    const { id } = await world.create({ idle: 300_000 });
    await world.pass(200);
    world.uses.note(id, 'traffic', world.clock.now());
    await world.pass(70);
    expect((await world.get(id)).activity.kind).toBe('traffic');
    await world.restart(60);
    await world.pass(100);
    expect((await world.get(id)).state).toBe('ready');
  });
});

it.each([
  ['goes on', { idle: 40_000, usedAfter: 15, seenAfter: 13 }],
  ['was the last', { idle: 300_000, usedAfter: 35, seenAfter: 65 }],
])('writes down use that %s, before another control plane could miss it', async (_what, times) => {
  await using world = await openSessionWorld({ bootMs: 0 });
  const { id } = await world.create({ idle: times.idle });
  await world.pass(times.usedAfter);
  const at = world.clock.now();
  world.uses.note(id, 'traffic', at);
  await world.pass(times.seenAfter);
  expect((await world.get(id)).activity).toEqual({ kind: 'traffic', at });
});

describe('a control plane that was away', () => {
  it('takes up every session where it was', async () => {
    await using world = await openSessionWorld({ bootMs: 20_000 });
    const starting = await world.create();
    await world.pass(3);
    await world.restart(10);
    await world.pass(30);
    expect(await world.get(starting.id)).toMatchObject({ state: 'ready', launches: 1 });
    expect(world.provider.machines.all()).toHaveLength(1);
  });

  it('finds that nothing outlived its lease', async () => {
    await using world = await openSessionWorld();
    const { id } = await world.create({ lease: 60_000 });
    await world.pass(10);
    await world.restart(90);
    expect(world.provider.machines.alive()).toEqual([]);
    await world.pass(10);
    expect(await world.get(id)).toMatchObject({
      state: 'stopped',
      failure: { reason: { kind: 'lease_ended' } },
    });
  });

  it('ends what outlived its lease where no switch did', async () => {
    await using world = await openSessionWorld({ deadMan: false });
    await world.create({ lease: 60_000 });
    await world.pass(10);
    await world.restart(90);
    await world.pass(10);
    expect(world.provider.machines.alive()).toEqual([]);
  });
});

describe('a clock that jumps', () => {
  it.each([3_600_000, -3_600_000])('by %i ms ends nothing that runs, and no lease is missed', async (ms) => {
    await using world = await openSessionWorld();
    const { id } = await world.create({ lease: 60_000, idle: 'never' });
    await world.pass(5);
    world.clock.jump(ms);
    await world.pass(120);
    expect(await world.get(id)).toMatchObject({ state: 'ready', launches: 1 });
    expect(world.provider.machines.alive()).toHaveLength(1);
  });
});

it.each(['due', 'get', 'save'] as const)(
  'goes on where its store fails once to answer to %s',
  async (name) => {
    await using world = await openSessionWorld();
    const { id } = await world.create();
    const { sessions } = world.store;
    const own = sessions[name];
    const fails = async (): Promise<never> => {
      Object.assign(sessions, { [name]: own });
      throw new Error('the disk is full');
    };
    Object.assign(sessions, { [name]: fails });
    await world.pass(10);
    expect(world.errors).toHaveLength(1);
    expect((await world.get(id)).state).toBe('ready');
  },
);

describe('the sweep', () => {
  it('ends a second machine for one launch, and leaves the first alone', async () => {
    await using world = await openSessionWorld({
      fault: (call) => (call === 'launch' ? { kind: 'twin' } : null),
    });
    const { id } = await world.create();
    await world.pass(130);
    expect((await world.get(id)).state).toBe('ready');
    expect(world.provider.machines.all()).toHaveLength(2);
    expect(world.provider.machines.alive()).toHaveLength(1);
  });

  it('ends what no session knows of', async () => {
    await using world = await openSessionWorld();
    const { spec } = await world.create();
    const lost = { key: 'ses_x-1', sessionId: 'ses_x', tag: 'plane', spec, env: {}, leaseMs: 9_000_000 };
    await world.provider.launch({ ...lost, owner: 'o', subdomain: 's' });
    await world.provider.launch({ ...lost, key: 'other-1', tag: 'another', owner: 'o', subdomain: 's' });
    await world.pass(130);
    const alive = world.provider.machines.alive().map(({ key }) => key);
    expect(alive).not.toContain('ses_x-1');
    expect(alive).toContain('other-1');
  });
});

it('lets a provider that hangs hold up nobody else', async () => {
  let first = true;
  await using world = await openSessionWorld({
    fault: (call) => {
      const hangs = call === 'launch' && first;
      if (call === 'launch') first = false;
      return hangs ? { kind: 'slow', ms: 500_000 } : null;
    },
  });
  const slow = await world.create();
  const quick = await world.create();
  await world.pass(5);
  expect((await world.get(quick.id)).state).toBe('ready');
  expect((await world.get(slow.id)).state).toBe('creating');
});

it.each([
  ['takes long to make anything', { slow: { launch: 9_000 }, others: 150, asked: 1, seconds: 6 }],
  ['takes long to say how what it makes is', { slow: { inspect: 1_000 }, others: 250, asked: 8, seconds: 8 }],
])('ends a session in time though its provider %s, and has much to do', async (_what, busy) => {
  let slow: Readonly<Record<string, number>> = {};
  await using world = await openSessionWorld({
    bootMs: 60_000,
    fault: (call) => (slow[call] === undefined ? null : { kind: 'slow', ms: slow[call] }),
  });
  const { id } = await world.create();
  await world.pass(65);
  expect((await world.get(id)).state).toBe('ready');
  slow = busy.slow;
  // More than it is asked at once.
  const owners = Array.from({ length: busy.others }, (_, at) => `acme/user-${at}`);
  await Promise.all(owners.map((owner) => world.create({ owner })));
  await world.pass(busy.asked);
  await world.ask(id, 'delete');
  await world.pass(busy.seconds);
  expect((await world.get(id)).state).toBe('deleted');
});

it('gives 200 sessions that are asked for at once as many subdomains of two words', async () => {
  await using world = await openSessionWorld();
  const owners = Array.from({ length: 200 }, (_, index) => `acme/user-${index}`);
  const sessions = await Promise.all(owners.map((owner) => world.create({ owner })));
  expect(new Set(sessions.map(({ subdomain }) => subdomain)).size).toBe(200);
  expect(sessions.every(({ subdomain }) => /^[a-z]+-[a-z]+$/.test(subdomain))).toBe(true);
});

it('makes in the end what is more than its provider is asked for at once', async () => {
  await using world = await openSessionWorld({ bootMs: 0 });
  const owners = Array.from({ length: 110 }, (_, index) => `acme/user-${index}`);
  await Promise.all(owners.map((owner) => world.create({ owner })));
  await world.pass(5);
  expect(await world.store.sessions.count()).toEqual([{ state: 'ready', count: 110 }]);
});
