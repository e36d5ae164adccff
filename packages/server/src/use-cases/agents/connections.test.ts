import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlane, type TestPlane } from '../../../test/plane.ts';
import { createJoinToken, joinAgent } from './join-agent.ts';
import { pollAgent } from './poll-agent.ts';

let plane: TestPlane;

beforeEach(async () => {
  plane = await openPlane();
});
afterEach(async () => {
  await plane[Symbol.asyncDispose]();
});

/** Submits a run and has an agent claim it. */
async function held(): Promise<{ readonly agentId: string; readonly leaseEnd: () => Promise<number> }> {
  const { joining, polling, store } = plane.services;
  const { token } = await createJoinToken(joining, 'lab');
  const { agentId } = await joinAgent(joining, { token, name: 'one' });
  await plane.ask('POST', '/v1/runs', { key: plane.admin, body: { command: ['true'], pool: 'lab' } });
  const request = { agentId, free: 1, held: [], waitMs: 0, modules: [] };
  const { leases } = await pollAgent(polling, request, new AbortController().signal);
  const leaseEnd = async (): Promise<number> => {
    const run = await store.runs.get(leases[0]?.runId ?? '');
    return run?.attempt?.leaseExpiresAt ?? 0;
  };
  return { agentId, leaseEnd };
}

test('what an agent holds is missed sooner when its connection closes and it does not come back', async () => {
  const { agentId, leaseEnd } = await held();
  const before = await leaseEnd();
  await plane.services.connections.during(agentId, AbortSignal.abort(), async () => undefined);
  await expect.poll(leaseEnd).toBeLessThan(before);
});

test('an agent that breaks its poll off and comes back at once keeps its lease', async () => {
  const { agentId, leaseEnd } = await held();
  const before = await leaseEnd();
  const { connections, clock } = plane.services;
  const back = Promise.withResolvers<void>();
  await connections.during(agentId, AbortSignal.abort(), async () => undefined);
  const again = connections.during(agentId, new AbortController().signal, () => back.promise);
  await clock.sleep(100);
  expect(await leaseEnd()).toBe(before);
  back.resolve();
  await again;
});
