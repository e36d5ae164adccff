import { createJob, newAgent, newPool } from '@errand/core';
import { aJobSpec } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { type JobWorld, openJobWorld } from '../../../test/job-world.ts';
import type { Actor } from '../actor.ts';
import { submitJob } from './submit-job.ts';

const SESSION = { provider: 'fake', pool: 'own' };
const WHY = 'the pool own is the server’s own machine and serves admin keys only';

/** A world whose sessions are made by an agent of a pool that serves admins only. */
async function open(): Promise<JobWorld> {
  const world = await openJobWorld();
  const { agents } = world.store;
  Object.assign(world.provider, { capabilities: { ...world.provider.capabilities, inPool: true } });
  await agents.ensurePool(newPool({ name: 'own', createdAt: 0, adminOnly: true }));
  await agents.put(newAgent({ id: 'agent_2', name: 'own', pool: 'own', createdAt: 0 }));
  Object.assign(world.services.sessions.hosts, { isAble: () => true });
  return world;
}

it.each([
  ['member', false],
  ['service', false],
  ['admin', true],
] as const)('a document of a %s that asks for what admins alone have: %j', async (role, may) => {
  await using world = await open();
  const about = { id: 'key_1', name: 'test', owner: 'acme', expiresAt: null, local: false } as const;
  const actor: Actor = { ...about, role };
  const document = { session: SESSION, commands: ['x'] };
  const submitted = submitJob(world.services.jobs, actor, { document, idempotencyKey: null });
  if (may) expect((await submitted).role).toBe('admin');
  else await expect(submitted).rejects.toThrow(WHY);
});

it.each([
  ['member', 0],
  ['service', 0],
  ['admin', 1],
] as const)(
  'a job may do what the key might that submitted it: as %s it makes %d sessions there',
  async (role, made) => {
    await using world = await open();
    const about = { owner: 'acme', createdBy: 'key_1', name: null, tags: [], warnings: [], document: {} };
    const spec = aJobSpec({ session: { ...SESSION, tags: [] } });
    await world.store.jobs.insert(createJob({ ...about, id: 'job_1', role, spec }, world.clock.now()), null);
    await world.pass(5);
    expect(world.provider.machines.all()).toHaveLength(made);
    const { past } = await world.job('job_1');
    if (made === 0) expect(past[0]?.cause).toMatchObject({ why: expect.stringContaining(WHY) });
  },
);
