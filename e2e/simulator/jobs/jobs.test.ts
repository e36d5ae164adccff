import { jobStatusOf } from '@errand/core';
import { describe, expect, it } from 'vitest';
import { soak } from '../../../scripts/sizes.ts';
import { toldSmall } from '../minimise.ts';
import { Random } from '../time/random.ts';
import type { CommandScript } from './fake-commands.ts';
import { JobWorld, type JobWorldOptions, OUTPUT } from './job-world.ts';
import { simulateJobs } from './simulate-jobs.ts';

const FINE: CommandScript = { seconds: 1, end: 0, lateSeconds: 0, writes: true };
const DOCUMENT = {
  session: { provider: 'fake' },
  commands: ['./prepare.sh', './run.sh'],
  outputs: [{ s3: OUTPUT, newerThan: 'start', wait: '1s' }],
  timeout: '10m',
  retry: { attempts: 3, backoff: '1s' },
};

/** The first attempt fails in a command, the second leaves no new output, the third does what it should. */
function thirdTimeLucky(attempt: number, command: number): CommandScript {
  if (attempt === 1) return { ...FINE, end: command === 1 ? 3 : 0 };
  return { ...FINE, writes: attempt === 3 };
}

/** The whole life of one job; answers the world as it is when that is over. */
async function lived(options: Omit<JobWorldOptions, 'scriptOf'>): Promise<JobWorld> {
  const world = await JobWorld.open({ scriptOf: thirdTimeLucky, ...options });
  world.outputs.write(OUTPUT);
  await world.submit(DOCUMENT).catch(() => undefined);
  await world.pass(400, async () => {
    const [job] = await world.store.jobs.list({}, { limit: 1, after: null });
    return job === undefined || job.state === 'finished';
  });
  return world;
}

async function expectThirdTimeLucky(world: JobWorld): Promise<void> {
  const [job] = await world.store.jobs.list({}, { limit: 1, after: null });
  // It died before it had answered, and before anything was stored.
  if (job === undefined) return;
  expect(job.end).toEqual({ cause: null, at: job.end?.at });
  expect(job.past.map(({ cause }) => cause?.kind ?? null)).toEqual(['command', 'output_stale', null]);
  expect(job.past.every(({ settled }) => settled)).toBe(true);
  const executed = [0, 1].flatMap((command) => [1, 2, 3].map((attempt) => `${job.id} ${attempt} ${command}`));
  expect(world.commands.executed.toSorted()).toEqual(executed.toSorted());
  expect(world.provider.machines.all()).toHaveLength(3);
  expect(world.provider.machines.alive()).toEqual([]);
  expect([...world.outputs.documents.keys()]).toEqual([`errand-${job.id}.json`]);
  expect([world.wrongs, world.errors]).toEqual([[], []]);
}

describe('a control plane that is killed', () => {
  it('at any of its writes, before or after, changes nothing about what comes of a job', async () => {
    await using calm = await lived({});
    await expectThirdTimeLucky(calm);
    calm.kill();
    await calm.pass(1);
    const { writes } = calm;
    expect(writes).toBeGreaterThan(40);
    for (let write = 1; write <= writes; write += soak ? 1 : 3)
      for (const when of ['before', 'after'] as const) {
        await using world = await lived({ deaths: [{ write, when }] });
        await expectThirdTimeLucky(world);
      }
  });

  it('again and again, at its tenth write each time, comes to the same end', async () => {
    const deaths = Array.from({ length: 12 }, () => ({ write: 10, when: 'after' }) as const);
    await using world = await lived({ deaths });
    await expectThirdTimeLucky(world);
  });
});

describe('a job', () => {
  it('that is called lost keeps that, whatever its commands report later', async () => {
    const scriptOf = (): CommandScript => ({ ...FINE, end: 'lost', lateSeconds: 1 });
    await using world = await JobWorld.open({ scriptOf });
    const { id } = await world.submit({ ...DOCUMENT, retry: undefined });
    await world.pass(60);
    const job = await world.job(id);
    expect(jobStatusOf(job)).toBe('lost');
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it('does not pass for an output that was there before', async () => {
    await using world = await JobWorld.open({ scriptOf: () => ({ ...FINE, writes: false }) });
    world.outputs.write(OUTPUT);
    const { id } = await world.submit({ ...DOCUMENT, retry: undefined });
    await world.pass(60);
    expect((await world.job(id)).end?.cause?.kind).toBe('output_stale');
  });

  it('ends as timed out seconds after its limit, provisioning included, and leaves nothing', async () => {
    await using world = await JobWorld.open({ scriptOf: () => ({ ...FINE, seconds: 10_000 }) });
    const { id } = await world.submit({ ...DOCUMENT, retry: undefined, timeout: '30s' });
    await world.pass(50);
    const job = await world.job(id);
    expect(jobStatusOf(job)).toBe('timed_out');
    expect((job.end?.at ?? 0) - job.createdAt).toBeLessThan(45_000);
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it('waits while its owner has as many sessions as may be, and all of 20 end', async () => {
    await using world = await JobWorld.open({ scriptOf: () => FINE, quota: 5 });
    const document = { ...DOCUMENT, outputs: [] };
    await Promise.all(Array.from({ length: 20 }, () => world.submit(document)));
    const open = () => world.store.jobs.list({ status: ['queued', 'waiting'] }, { limit: 50, after: null });
    await world.pass(600, async () => (await open()).length === 0);
    await world.pass(60);
    const jobs = await world.store.jobs.list({}, { limit: 50, after: null });
    expect(jobs.map(jobStatusOf)).toEqual(jobs.map(() => 'succeeded'));
    expect([world.wrongs, world.errors]).toEqual([[], []]);
  });

  it('of many, each canceled at another moment and killed at another write, leaves nothing behind', async () => {
    for (let seed = 1; seed <= (soak ? 200 : 10); seed += 1) {
      const random = new Random(seed, 'cancel');
      const deaths = [{ write: random.between(1, 60), when: random.pick(['before', 'after'] as const) }];
      await using world = await JobWorld.open({ scriptOf: thirdTimeLucky, deaths });
      const job = await world.submit(DOCUMENT).catch(() => null);
      if (job === null) continue;
      await world.pass(random.between(0, 40));
      await world.cancel(job.id).catch(() => undefined);
      await world.pass(2);
      await world.cancel(job.id);
      await world.pass(120);
      expect((await world.job(job.id)).state, `seed ${seed}`).toBe('finished');
      expect(world.provider.machines.alive(), `seed ${seed}`).toEqual([]);
      expect([world.wrongs, world.errors], `seed ${seed}`).toEqual([[], []]);
    }
  });
});

describe('one job, whatever its provider, its commands, its machine and its control planes do', () => {
  it.each(Array.from({ length: soak ? 1_000 : 30 }, (_, seed) => seed + 1))(
    'comes to one true end (seed %i)',
    async (seed) => {
      expect(await toldSmall(await simulateJobs(seed), simulateJobs)).toEqual([]);
    },
  );
});
