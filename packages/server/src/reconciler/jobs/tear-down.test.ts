import { requestSession } from '@errand/core';
import type { FakeFault } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import { type JobWorld, openJobWorld } from '../../../test/job-world.ts';
import { changeSession } from '../../use-cases/sessions/change-session.ts';

const DOCUMENT = { session: { provider: 'fake' }, commands: ['x'] };
const FAILED = { kind: 'exited', code: 3 } as const;

async function running(world: JobWorld, more: object = {}): Promise<string> {
  const { id } = await world.submit({ ...DOCUMENT, ...more });
  await world.pass(6);
  return id;
}

async function ended(world: JobWorld, more: object = {}): Promise<string> {
  const id = await running(world, more);
  await world.endCommand(id);
  await world.pass(8);
  return id;
}

const disksOf = ({ provider }: JobWorld) =>
  provider.machines.all().map(({ state, hasDisk }) => ({ state, hasDisk }));

describe('a job that has ended', () => {
  it('leaves its session running as long as it was asked to, and no longer', async () => {
    await using world = await openJobWorld();
    const id = await ended(world, { finish: { keep: '60s' } });
    const { past, state } = await world.job(id);
    const session = await world.sessionOf(id);
    expect(state).toBe('finished');
    expect(session).toMatchObject({
      state: 'ready',
      desired: 'running',
      endsAt: (past[0]?.endedAt ?? 0) + 60_000,
    });
    await world.pass(65);
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it('leaves its session stopped, once its provider has confirmed that', async () => {
    await using world = await openJobWorld({ endMs: 10_000 });
    const id = await ended(world, { finish: 'stop' });
    expect((await world.job(id)).state).toBe('tearing_down');
    expect(await world.sessionOf(id)).toMatchObject({ state: 'stopping', desired: 'stopped' });
    await world.pass(15);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
    expect((await world.sessionOf(id)).state).toBe('stopped');
    expect(disksOf(world)).toEqual([{ state: 'kept', hasDisk: true }]);
  });

  it('leaves it stopped without its disks where these are to go', async () => {
    await using world = await openJobWorld();
    const id = await ended(world, { finish: { stop: { deleteVolumes: true } } });
    expect((await world.job(id)).end).toMatchObject({ cause: null });
    expect(disksOf(world)).toEqual([{ state: 'kept', hasDisk: false }]);
  });

  it('leaves it without its disks also where it had been stopped already', async () => {
    await using world = await openJobWorld();
    const id = await running(world, { finish: { stop: { deleteVolumes: true } } });
    const session = await world.sessionOf(id);
    const about = { kind: 'stop', by: 'anna', now: world.clock.now() } as const;
    await changeSession(world.services.sessions, session.id, (present) => requestSession(present, about));
    await world.endCommand(id);
    await world.pass(15);
    expect((await world.job(id)).state).toBe('finished');
    expect(disksOf(world)).toEqual([{ state: 'kept', hasDisk: false }]);
  });

  it('has it stopped although somebody wants it to start again meanwhile', async () => {
    await using world = await openJobWorld({ endMs: 10_000 });
    const id = await ended(world, { finish: 'stop' });
    const session = await world.sessionOf(id);
    const started = { ...session, desired: 'running', version: session.version + 1 } as const;
    expect(await world.store.sessions.save(started)).toBe('saved');
    await world.pass(20);
    expect(await world.job(id)).toMatchObject({ state: 'finished', past: [{ settled: true }] });
    expect((await world.sessionOf(id)).state).toBe('stopped');
  });

  it.each(['delete', 'stop', { keep: '60s' }])(
    'is over (%j) where its session was never made',
    async (finish) => {
      const fault = (call: string): FakeFault | null =>
        call === 'launch' ? { kind: 'error', error: 'config' } : null;
      await using world = await openJobWorld({ fault });
      const { id } = await world.submit({ ...DOCUMENT, finish });
      await world.pass(20);
      expect(await world.job(id)).toMatchObject({ state: 'finished', past: [{ settled: true }] });
    },
  );

  it('is over where nothing is kept of its session any more', async () => {
    await using world = await openJobWorld({ endMs: 10_000 });
    const id = await ended(world);
    const session = await world.sessionOf(id);
    await world.leave();
    const gone = { ...session, state: 'deleted', since: 0, version: session.version + 1 } as const;
    await world.store.sessions.save(gone);
    await world.store.sessions.remove([session.id]);
    world.come();
    await world.pass(4);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
  });
});

describe('a control plane that was away over the deadline', () => {
  const document = { deadline: '60s', timeout: '50s' };

  it('has the session ended that nobody had asked to end yet', async () => {
    await using world = await openJobWorld();
    const id = await running(world, document);
    await world.leave();
    await world.cancel(id);
    await world.clock.advance(3_600_000);
    world.come();
    await world.pass(60);
    expect(await world.job(id)).toMatchObject({ state: 'finished', past: [{ settled: true }] });
    expect((await world.sessionOf(id)).state).toBe('deleted');
  });

  it('does not call failed what had succeeded, where the session has ended', async () => {
    await using world = await openJobWorld();
    const id = await running(world, document);
    const job = await world.job(id);
    await world.endCommand(id);
    await world.pass(1);
    await world.clock.advance(1_500);
    await world.leave();
    const { state } = await world.job(id);
    await world.clock.advance(3_600_000);
    world.come();
    await world.pass(60);
    expect([job.state, state, (await world.job(id)).end?.cause]).toEqual([
      'running',
      expect.any(String),
      null,
    ]);
  });

  it('gives up where the provider does not confirm the end, and goes on asking for it', async () => {
    let isDown = true;
    const fault = (call: string): FakeFault | null =>
      isDown && call === 'terminate' ? { kind: 'error', error: 'auth' } : null;
    await using world = await openJobWorld({ fault });
    const id = await ended(world, document);
    await world.pass(400);
    expect((await world.job(id)).end?.cause).toMatchObject({ kind: 'infrastructure', passing: true });
    expect((await world.sessionOf(id)).state).toBe('deleting');
    isDown = false;
    await world.pass(70);
    expect(world.provider.machines.alive()).toEqual([]);
  });
});

it('tries anew on a machine of its own, after the old one is gone', async () => {
  await using world = await openJobWorld({ endMs: 10_000 });
  const id = await running(world, { retry: { attempts: 2, backoff: '1s' } });
  await world.endCommand(id, FAILED);
  await world.pass(8);
  expect(world.provider.machines.alive()).toHaveLength(1);
  expect((await world.job(id)).state).toBe('tearing_down');
  await world.pass(15);
  expect(await world.job(id)).toMatchObject({ state: 'running', attempt: { number: 2 } });
  expect(world.provider.machines.all()).toHaveLength(2);
  expect(world.provider.machines.alive()).toHaveLength(1);
});
