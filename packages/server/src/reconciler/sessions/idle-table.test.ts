import type { Session } from '@errand/contract';
import type { RunRecord } from '@errand/core';
import { finished, running } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import { addRun } from '../../../test/session-run.ts';
import { openSessionWorld, type SessionWorld } from '../../../test/session-world.ts';
import { presentSession } from '../../http/present/session.ts';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { SessionCommands } from '../../use-cases/sessions/session-commands.ts';

/** What goes on in a session, second by second from when it is ready. */
type Pattern = (at: At) => unknown;

interface At {
  readonly world: SessionWorld;
  readonly id: string;
  readonly second: number;
}

type Because = NonNullable<Session['alive']>['because'];

const IDLE_S = 120;
/** Longer than two idle limits: who were not seen to be busy would be gone. */
const BUSY_S = 300;
/** Use may be seen a look later than it was, and the stop comes that much later; never earlier. */
const LATE_S = 60;

const every = (seconds: number, act: (at: At) => unknown): Pattern => {
  return (at) => (at.second % seconds === 0 ? act(at) : undefined);
};
const use =
  (kind: 'traffic' | 'terminal') =>
  ({ world, id }: At) =>
    world.uses.note(id, kind, world.clock.now());
const compute =
  (share: number) =>
  ({ world }: At) => {
    for (const machine of world.provider.machines.alive()) machine.cpuMs += share * 1_000;
  };

const BUSY: readonly (readonly [string, Because, Pattern])[] = [
  ['a long build that nobody is connected to', 'work', compute(0.9)],
  ['a background process that goes on after its command ended', 'work', compute(0.1)],
  ['a process that works in bursts', 'work', every(50, compute(10))],
  ['bytes through a published port', 'traffic', every(30, trafficOfPort)],
  ['a WebSocket with a message now and then', 'traffic', every(20, use('traffic'))],
  ['a visitor who comes back just in time', 'traffic', every(IDLE_S - 10, use('traffic'))],
  ['somebody who types in a terminal', 'terminal', every(40, use('terminal'))],
  ['one long command', 'run', once(0, (at) => addRun(at.world, at.id))],
  ['a command that waits for its agent', 'run', once(0, (at) => addRun(at.world, at.id, (run) => run))],
  [
    'short commands, again and again',
    'run',
    every(100, (at) => addRun(at.world, at.id, (run, now) => finished(run, now))),
  ],
  ['somebody who extends it', 'extension', every(100, extend)],
  ['a hold', 'hold', once(0, hold(BUSY_S))],
];

const IDLE: readonly (readonly [string, Pattern])[] = [
  ['nothing at all', () => undefined],
  ['a page that is open, but silent', once(1, use('traffic'))],
  ['a silent daemon', compute(0)],
  ['a daemon that looks around now and then', every(30, compute(0.3))],
  ['a shell that nobody types in', once(0, (at) => addRun(at.world, at.id, shell))],
  [
    'its own command, which waits for work',
    once(0, (at) => addRun(at.world, at.id, (run, now) => main(at, run, now))),
  ],
  ['people who only look at it', every(5, async ({ world, id }) => void (await alive(world, id)))],
  ['a hold that was taken back', every(1, takeBack)],
  ['bytes that went before it was ready', once(0, ({ world, id }) => world.uses.note(id, 'traffic', 1))],
];

describe('busy', () => {
  it.each(BUSY)(
    '%s: it stays, says so (%s), and stops in time afterwards',
    async (_what, because, pattern) => {
      await using world = await openSessionWorld({ bootMs: 0 });
      const { id } = await start(world);
      for (let second = 0; second < BUSY_S; second += 1) {
        await pattern({ world, id, second });
        await world.pass(1);
      }
      const { because: said, sentence, stopsAt } = (await alive(world, id)) ?? {};
      expect([said, sentence]).toEqual([because, expect.stringMatching(SENTENCES[because])]);
      expect(stopsAt).not.toBeNull();
      await endRuns(world, id);
      expect(await secondsUntilStopped(world, id)).toBeLessThanOrEqual(IDLE_S + LATE_S);
      expect((await world.get(id)).ending?.reason.kind).toBe('idle');
    },
  );

  it('a build on a machine that speaks up less often than the session may be idle: it stays', async () => {
    await using world = await openSessionWorld({ bootMs: 0 });
    const { id } = await start(world, { idle: 20_000 });
    const speakUp = (cpuMs: number): void => {
      for (const machine of world.provider.machines.alive()) {
        machine.cpuMs += cpuMs;
        machine.cpuSeenAt = world.clock.steady();
      }
    };
    speakUp(0);
    for (let second = 1; second <= BUSY_S; second += 1) {
      if (second % 30 === 0) speakUp(27_000);
      await world.pass(1);
      expect([second, (await world.get(id)).state]).toEqual([second, 'ready']);
    }
    for (let second = 1; second <= LATE_S + 20; second += 1) {
      if (second % 30 === 0) speakUp(0);
      await world.pass(1);
    }
    expect((await world.get(id)).ending?.reason.kind).toBe('idle');
  });

  it('without an idle limit it stays, and says that', async () => {
    await using world = await openSessionWorld({ bootMs: 0 });
    const { id } = await start(world, { idle: 'never' });
    await world.pass(BUSY_S);
    expect(await alive(world, id)).toMatchObject({ because: 'no_limit', idleAt: null });
  });
});

describe('idle', () => {
  it.each(IDLE)('%s: it stops when it was said to, not before', async (_what, pattern) => {
    await using world = await openSessionWorld({ bootMs: 0 });
    const { id } = await start(world);
    const began = world.clock.now();
    let said = 0;
    for (let second = 0; (await world.get(id)).state === 'ready'; second += 1) {
      await pattern({ world, id, second });
      said = Date.parse((await alive(world, id))?.stopsAt ?? '');
      await world.pass(1);
    }
    const seconds = (world.clock.now() - began) / 1_000;
    expect(seconds).toBeGreaterThanOrEqual(IDLE_S);
    expect(seconds).toBeLessThanOrEqual(IDLE_S + LATE_S);
    expect(Math.abs(world.clock.now() - said)).toBeLessThanOrEqual(LATE_S * 1_000);
  });
});

const SENTENCES: Readonly<Record<Because, RegExp>> = {
  start: /became ready/,
  run: /command (runs|ended) in it/,
  traffic: /reached over the network/,
  terminal: /typed in its terminal/,
  work: /processes worked/,
  extension: /was extended/,
  hold: /somebody holds it until/,
  no_limit: /never by itself/,
};

async function start(world: SessionWorld, wish: object = {}) {
  const { id } = await world.create({ ports: [80], idle: IDLE_S * 1_000, ...wish });
  while ((await world.get(id)).state !== 'ready') await world.pass(1);
  return { id };
}

/** Not one second too early either: that is seen by those who look on. */
async function secondsUntilStopped(world: SessionWorld, id: string): Promise<number> {
  const said = Date.parse((await alive(world, id))?.stopsAt ?? '');
  let seconds = 0;
  for (; (await world.get(id)).state === 'ready'; seconds += 1) await world.pass(1);
  expect(world.clock.now()).toBeGreaterThanOrEqual(said);
  return seconds;
}

async function alive(world: SessionWorld, id: string): Promise<Session['alive']> {
  const commands = await commandsOf(world).busy(id);
  const { provider, uses, clock } = world;
  const sight = { provider, place: null, use: uses.latest(id), commands, now: clock.now() };
  return presentSession(await world.get(id), sight).alive;
}

function commandsOf({ store, clock }: SessionWorld): SessionCommands {
  return new SessionCommands({ runs: store.runs, notifier: new LocalNotifier(), clock });
}

function once(at: number, act: (at: At) => unknown): Pattern {
  return (present) => (present.second === at ? act(present) : undefined);
}

function trafficOfPort({ world }: At): void {
  for (const machine of world.provider.machines.alive()) machine.trafficAt = world.clock.now();
}

function shell(run: RunRecord, now: number): RunRecord {
  const open = running(run, 'agent_1', now);
  return { ...open, spec: { ...open.spec, tty: { columns: 80, rows: 24 } } };
}

function main({ id }: At, run: RunRecord, now: number): RunRecord {
  return { ...running(run, 'agent_1', now), createdBy: id };
}

/** Those that still run end now. */
async function endRuns(world: SessionWorld, id: string): Promise<void> {
  await commandsOf(world).machineGone(await world.get(id));
}

function extend({ world, id }: At): Promise<void> {
  const now = world.clock.now();
  return asked(world, id, { kind: 'extend', until: now + 600_000, by: 'somebody', now });
}

function hold(seconds: number) {
  return ({ world, id }: At): Promise<void> => {
    const now = world.clock.now();
    const until = now + (seconds + 2) * 1_000;
    return asked(world, id, { kind: 'hold', hold: { until, by: 'somebody', note: null }, now });
  };
}

async function takeBack(at: At): Promise<void> {
  const { world, id, second } = at;
  if (second === 10) await hold(10_000)(at);
  if (second === 20) await asked(world, id, { kind: 'release', by: 'somebody', now: world.clock.now() });
}

async function asked(
  world: SessionWorld,
  id: string,
  intent: Parameters<SessionWorld['wish']>[1],
): Promise<void> {
  await world.wish(id, intent);
}
