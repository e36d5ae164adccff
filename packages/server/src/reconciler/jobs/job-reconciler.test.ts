import { describe, expect, it } from 'vitest';
import { type JobWorld, openJobWorld } from '../../../test/job-world.ts';
import { topics } from '../../use-cases/topics.ts';

const DOCUMENT = { session: { provider: 'fake' }, commands: ['x'], timeout: '1m' };
const OUTPUT = { s3: 's3://box/out', newerThan: 'start' };

async function running(world: JobWorld, document: object = DOCUMENT): Promise<string> {
  const { id } = await world.submit(document);
  await world.pass(6);
  expect((await world.job(id)).attempt?.commands[0]?.runId).toEqual(expect.any(String));
  return id;
}

describe('what took too long only because nobody was there to see its end', () => {
  it.each<[string, (world: JobWorld) => Promise<void>]>([
    [
      'while the control plane was away',
      async (world) => {
        await world.leave();
        await world.clock.advance(600_000);
        world.come();
      },
    ],
    ['when the clock jumps', async (world) => world.clock.jump(600_000)],
  ])('has time to be heard: %s', async (_what, pass) => {
    await using world = await openJobWorld();
    await world.pass(40);
    const id = await running(world);
    await pass(world);
    await world.pass(15);
    expect((await world.job(id)).state).toBe('running');
    await world.endCommand(id);
    await world.pass(8);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
  });

  it('has time also where the clock jumps between two steps', async () => {
    await using world = await openJobWorld();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.shelf.onLook = () => promise;
    await world.pass(40);
    const { id } = await world.submit({ ...DOCUMENT, outputs: [OUTPUT] });
    await world.pass(6);
    world.clock.jump(600_000);
    resolve();
    await world.clock.advance(1);
    expect((await world.job(id)).state).toBe('running');
  });

  it('has time also where the control plane stood still, and the clock went on', async () => {
    await using world = await openJobWorld();
    await world.pass(40);
    const id = await running(world);
    const { promise, resolve } = Promise.withResolvers<void>();
    const due = world.store.jobs.due.bind(world.store.jobs);
    Object.assign(world.store.jobs, {
      due: async (...asked: Parameters<typeof due>) => {
        await promise;
        return await due(...asked);
      },
    });
    await world.pass(2);
    await world.clock.advance(600_000);
    resolve();
    await world.pass(10);
    expect((await world.job(id)).state).toBe('running');
    await world.endCommand(id);
    await world.pass(8);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
  });

  it('has come to its limit if nothing is heard', async () => {
    await using world = await openJobWorld();
    const id = await running(world);
    await world.leave();
    await world.clock.advance(600_000);
    world.come();
    await world.pass(40);
    expect((await world.job(id)).end?.cause).toMatchObject({ kind: 'timed_out', limit: 'attempt' });
    expect(world.provider.machines.alive()).toEqual([]);
  });
});

describe('a job', () => {
  it('is worked on by one at a time, however often something is heard of it', async () => {
    await using world = await openJobWorld();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.shelf.onLook = () => promise;
    const { id } = await world.submit({ ...DOCUMENT, outputs: [OUTPUT] });
    await world.pass(6);
    const { id: session } = await world.sessionOf(id);
    for (let time = 0; time < 3; time += 1) {
      world.services.notifier.pulse(topics.sessions, session);
      world.services.notifier.pulse(topics.jobs, id);
      await world.pass(2);
    }
    expect(world.shelf.looks).toBe(1);
    resolve();
    await world.pass(2);
    expect((await world.job(id)).state).toBe('running');
  });

  it('goes on after a mistake of ours, which is told', async () => {
    await using world = await openJobWorld();
    const oops = new Error('oops');
    world.shelf.onLook = () => {
      if (world.shelf.looks === 1) throw oops;
    };
    await running(world, { ...DOCUMENT, outputs: [OUTPUT] });
    expect(world.errors).toEqual([oops]);
  });

  it('hears of its session and its command at once, not at the next look', async () => {
    await using world = await openJobWorld();
    const { id } = await world.submit(DOCUMENT);
    await world.pass(1);
    while ((await world.sessionOf(id)).state !== 'ready') await world.clock.advance(50);
    await world.clock.advance(50);
    const { state, attempt } = await world.job(id);
    expect(state).toBe('running');
    await world.endCommand(id);
    world.services.notifier.pulse(topics.runs, attempt?.commands[0]?.runId ?? '');
    await world.clock.advance(50);
    expect((await world.job(id)).state).toBe('tearing_down');
  });

  it('is begun and canceled at once, not at the next look', async () => {
    await using world = await openJobWorld();
    await world.pass(3);
    const { id } = await world.submit(DOCUMENT);
    await world.clock.advance(50);
    expect((await world.job(id)).state).toBe('provisioning');
    await world.pass(6);
    await world.clock.advance(50);
    await world.cancel(id);
    await world.clock.advance(50);
    expect((await world.sessionOf(id)).desired).toBe('deleted');
  });

  it('has a run of its own for each command of each attempt, however much they are the same', async () => {
    await using world = await openJobWorld();
    const retry = { attempts: 2, backoff: '1s' };
    const { id } = await world.submit({ ...DOCUMENT, commands: ['x', 'x'], retry });
    const runs: (string | null | undefined)[] = [];
    const end = async (command: number, code: number): Promise<void> => {
      await world.pass(10);
      const { attempt } = await world.job(id);
      runs.push(attempt?.commands[command]?.runId);
      await world.endCommand(id, { kind: 'exited', code });
    };
    await end(0, 0);
    await end(1, 1);
    await end(0, 0);
    await end(1, 0);
    await world.pass(10);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
    expect(new Set(runs).size).toBe(4);
    expect(runs).toEqual(runs.map(() => expect.any(String)));
  });

  it('that is being worked on does not keep the control plane from ending', async () => {
    await using world = await openJobWorld();
    world.shelf.onLook = () => Promise.withResolvers<void>().promise;
    await world.submit({ ...DOCUMENT, outputs: [OUTPUT] });
    await world.pass(6);
    expect(world.shelf.looks).toBe(1);
    await world.leave();
  });
});
