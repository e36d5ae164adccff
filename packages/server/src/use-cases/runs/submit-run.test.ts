import { newPool } from '@errand/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Ask, openPlane, type TestPlane } from '../../../test/plane.ts';
import { joinWorker } from '../../../test/worker.ts';

let plane: TestPlane;
beforeEach(async () => {
  plane = await openPlane();
});
afterEach(() => plane[Symbol.asyncDispose]());

/** The status of the answer, and what it says where it is an error. */
async function submitted(body: object, more: Ask = {}): Promise<readonly [number, string]> {
  const asked = { key: plane.admin, body: { command: ['true'], pool: 'lab', ...body }, ...more };
  const answer = await plane.ask('POST', '/v1/runs', asked);
  const { error } = (await answer.json()) as { error?: { message: string } };
  return [answer.status, error?.message ?? ''];
}

it('takes up to 1 MiB of input with the request, and points to the stream beyond', async () => {
  const input = (bytes: number): object => ({ stdin: { text: 'x'.repeat(bytes) } });
  expect(await submitted(input(1_048_576))).toEqual([201, '']);
  expect(await submitted(input(1_048_577))).toEqual([
    413,
    expect.stringContaining('ask for stdin: "stream"'),
  ]);
});

it('lets nobody who may not use a pool use another one that makes its sessions there', async () => {
  const launch = { provider: 'fake', pool: 'local' };
  await plane.services.store.agents.ensurePool(
    newPool({ name: 'fresh', createdAt: 0, adminOnly: false, launch }),
  );
  for (const role of ['member', 'service'] as const)
    expect(await submitted({ pool: 'fresh' }, { key: await plane.key({ role }) })).toEqual([
      403,
      expect.stringContaining('the pool local is the server’s own machine'),
    ]);
  expect((await submitted({ pool: 'fresh' }))[0]).toBe(201);
});

it('asks which agent is meant where two have the name, and takes the id of one', async () => {
  const [{ agentId }] = [await joinWorker(plane), await joinWorker(plane)];
  expect(await submitted({ agent: 'one' })).toEqual([
    400,
    expect.stringContaining('the pool lab has several agents one'),
  ]);
  expect((await submitted({ agent: agentId }))[0]).toBe(201);
});

it('refuses labels where each run has a session of its own: no agent with labels serves it', async () => {
  const launch = { provider: 'fake' };
  await plane.services.store.agents.ensurePool(
    newPool({ name: 'fresh', createdAt: 0, adminOnly: false, launch }),
  );
  expect(await submitted({ pool: 'fresh', labels: { gpu: 'a100' } })).toEqual([
    400,
    expect.stringContaining('leave them out'),
  ]);
});

it.each([
  [{ limit: 3 }, {}, 'it has limits or labels'],
  [{ limitPerKey: 3 }, {}, 'it has limits or labels'],
  [{}, { concurrencyKey: 'one' }, 'it has limits or labels'],
  [{}, { labels: { gpu: 'a100' } }, 'it has limits or labels'],
  [{ paused: true }, {}, 'is paused'],
])('starts no command past the queue for its caller: pool %j, run %j', async (settings, more, why) => {
  await plane.services.store.agents.setPool('lab', settings);
  expect(await submitted({ caller: true, ...more }, { local: true })).toEqual([
    409,
    expect.stringContaining(why),
  ]);
});
