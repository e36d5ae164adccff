import { createJob, ProviderError } from '@errand/core';
import { aJobSpec } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import { type JobWorld, openJobWorld } from '../../../test/job-world.ts';
import { sessionKey } from '../../use-cases/jobs/job-parts.ts';

const DOCUMENT = { session: { provider: 'fake' }, commands: ['x', 'y'] };
const OUTPUT = { s3: 's3://box/out', newerThan: 'start' };
const RETRY = { attempts: 3, backoff: '1s' };

/** Stores what no document could ask for now, as one that was asked for under another configuration. */
async function stored(world: JobWorld, change: Parameters<typeof aJobSpec>[0]): Promise<string> {
  const retry = { ...aJobSpec().retry, attempts: 3 };
  const about = {
    owner: 'local',
    createdBy: 'key_1',
    role: 'admin',
    name: null,
    tags: [],
    warnings: [],
  } as const;
  const spec = aJobSpec({ retry, ...change });
  const job = createJob({ ...about, id: 'job_1', spec, document: {} }, world.clock.now());
  await world.store.jobs.insert(job, null);
  return job.id;
}

describe('what is refused for good', () => {
  it('by whoever makes sessions is not asked for again, and nothing is left', async () => {
    await using world = await openJobWorld();
    const id = await stored(world, { session: { provider: 'gone', tags: [] } });
    await world.pass(5);
    expect(await world.job(id)).toMatchObject({
      state: 'finished',
      end: { cause: { kind: 'infrastructure', passing: false } },
      past: [{ number: 1, sessionId: null, settled: true }],
    });
  });

  it('by whoever takes commands ends the attempt, and its session', async () => {
    await using world = await openJobWorld();
    const about = {
      env: {},
      secretEnv: {},
      labels: {},
      tags: [],
      priority: 0,
      caller: false,
      keepChildren: true,
    };
    const commands = [{ text: 'x', request: { script: 'none', ...about } }];
    const id = await stored(world, { session: { provider: 'fake', tags: [] }, commands });
    await world.pass(12);
    expect((await world.job(id)).end?.cause).toMatchObject({ kind: 'infrastructure', passing: false });
    expect(world.provider.machines.all()).toHaveLength(1);
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it('by the place of an output ends the attempt before a command is executed', async () => {
    await using world = await openJobWorld();
    world.shelf.onLook = () => {
      throw new ProviderError('config', 'there is no such bucket');
    };
    const { id } = await world.submit({ ...DOCUMENT, outputs: [OUTPUT], retry: RETRY });
    await world.pass(12);
    const job = await world.job(id);
    expect(job.end?.cause).toEqual({
      kind: 'infrastructure',
      why: 'there is no such bucket',
      passing: false,
    });
    expect(job.past.flatMap(({ commands }) => commands.map(({ runId }) => runId))).toEqual([null, null]);
    expect(world.provider.machines.alive()).toEqual([]);
  });
});

describe('what may pass', () => {
  it('at the place of an output is waited for, and is no attempt', async () => {
    await using world = await openJobWorld();
    let isDown = true;
    world.shelf.onLook = () => {
      if (isDown) throw new ProviderError('transient', 'S3 does not answer');
    };
    const { id } = await world.submit({ ...DOCUMENT, outputs: [OUTPUT] });
    await world.pass(10);
    const trouble = { kind: 'transient', message: 'S3 does not answer' };
    expect(await world.job(id)).toMatchObject({ state: 'provisioning', trouble });
    isDown = false;
    await world.pass(10);
    expect(await world.job(id)).toMatchObject({ state: 'running', trouble: null });
    expect(world.provider.machines.all()).toHaveLength(1);
    expect(world.errors).toEqual([]);
  });

  it('is asked again when its place says, not before', async () => {
    await using world = await openJobWorld();
    world.shelf.onLook = () => {
      throw new ProviderError('transient', 'slow down', { retryAfterMs: 60_000 });
    };
    await world.submit({ ...DOCUMENT, outputs: [OUTPUT] });
    await world.pass(45);
    expect(world.shelf.looks).toBe(1);
    await world.pass(40);
    expect(world.shelf.looks).toBe(2);
  });

  it('where its owner has as many sessions as they may, and is said so', async () => {
    await using world = await openJobWorld();
    const insert = world.store.sessions.insert.bind(world.store.sessions);
    Object.assign(world.store.sessions, {
      insert: async () => ({ kind: 'over_quota', quota: { ownerScope: 'local', most: 1 } }),
    });
    const { id } = await world.submit(DOCUMENT);
    await world.pass(3);
    expect(await world.job(id)).toMatchObject({ state: 'queued', trouble: { kind: 'quota' } });
    Object.assign(world.store.sessions, { insert });
    await world.pass(60);
    expect(await world.job(id)).toMatchObject({ state: 'running', trouble: null });
  });
});

describe('a session that nobody knows whether it was asked for', () => {
  it('can never be made once its attempt is torn down', async () => {
    await using world = await openJobWorld();
    await world.pass(1);
    await world.leave();
    const { id } = await world.submit(DOCUMENT);
    await world.cancel(id);
    world.come();
    await world.pass(5);
    expect(await world.job(id)).toMatchObject({
      state: 'finished',
      past: [{ sessionId: null, settled: true }],
    });
    const [closed] = await world.store.sessions.list({}, { limit: 5, after: null });
    expect(closed).toMatchObject({ createdBy: id, state: 'deleted', desired: 'deleted', launch: null });
    const again = await world.store.sessions.insert(
      { ...(closed as NonNullable<typeof closed>), id: 'ses_late', state: 'requested', desired: 'running' },
      { idempotency: { key: sessionKey(1), fingerprint: '' }, quotas: [] },
    );
    expect(again).toMatchObject({ kind: 'repeated', sessionId: closed?.id });
  });

  it('is torn down where it was', async () => {
    await using world = await openJobWorld();
    const { id } = await world.submit(DOCUMENT);
    await world.pass(6);
    const session = await world.sessionOf(id);
    await world.leave();
    // As one whose control plane died between asking for it and writing that down.
    const job = await world.job(id);
    const forgotten = { ...job, state: 'queued', attempt: null, version: job.version + 1 } as const;
    expect(await world.store.jobs.save(forgotten)).toBe('saved');
    await world.cancel(id);
    world.come();
    await world.pass(10);
    expect(await world.job(id)).toMatchObject({
      state: 'finished',
      past: [{ sessionId: session.id, settled: true }],
    });
    expect(world.provider.machines.alive()).toEqual([]);
  });
});

it('gives commands their secrets in clear, sealed anew for the run', async () => {
  await using world = await openJobWorld();
  const secretEnv = { TOKEN: 'very secret' };
  const { id } = await world.submit({
    session: { provider: 'fake', secretEnv },
    commands: [{ shell: 'x', secretEnv }],
  });
  await world.pass(6);
  const { attempt } = await world.job(id);
  const run = await world.store.runs.get(attempt?.commands[0]?.runId ?? '');
  expect(run?.spec.sealedEnv).toMatchObject({ TOKEN: 'sealed very secret' });
  expect((await world.sessionOf(id)).spec.sealedEnv).toEqual({ TOKEN: 'sealed very secret' });
  expect(run).toMatchObject({ createdBy: id, tags: [id], spec: { keepChildren: true } });
});
