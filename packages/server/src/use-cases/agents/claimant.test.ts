import { expect, it } from 'vitest';
import { openPlane } from '../../../test/plane.ts';

it('lets only the first of two copies of an agent through the door, and hears only that one', async () => {
  await using plane = await openPlane();
  const ask = async (path: string, key: string, body: object) => {
    const answer = await plane.ask('POST', path, { key, body });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const { token } = (await ask('/v1/pools/lab/tokens', plane.admin, {})).body;
  const { key } = (await ask('/v1/agent/join', '', { token, name: 'one' })).body;
  const hello = { protocol: 1, name: 'one', labels: {}, slots: 2, program: '1' };
  expect((await ask('/v1/agent/hello', key, hello)).status).toBe(200);
  const { id } = (await ask('/v1/runs', plane.admin, { command: ['true'], pool: 'lab' })).body;
  const poll = { agentId: '', free: 2, held: [], waitMs: 10_000 };
  // The second poll gets the lease again: for all the control plane knows, the first answer was lost.
  const leases = [await ask('/v1/agent/poll', key, poll), await ask('/v1/agent/poll', key, poll)];
  expect(leases.map((answer) => answer.body.leases.length)).toEqual([1, 1]);
  const say = async (claimant: string, fact: object) =>
    (await ask(`/v1/agent/runs/${id}/report`, key, { token: 1, claimant, fact })).body.kind;
  const ended = (code: number) => ({ kind: 'ended', reason: { kind: 'exited', code }, log: null });
  expect(await say('first', { kind: 'starting' })).toBe('accepted');
  expect(await say('copy', { kind: 'starting' })).toBe('superseded');
  expect(await say('copy', { kind: 'not_executed' })).toBe('superseded');
  expect(await say('copy', ended(1))).toBe('superseded');
  expect(await say('first', { kind: 'starting' })).toBe('accepted');
  expect(await say('first', ended(0))).toBe('accepted');
  expect(await say('copy', ended(1))).toBe('superseded');
  expect(await plane.services.store.runs.get(id)).toMatchObject({
    end: { reason: { kind: 'exited', code: 0 } },
  });
});
