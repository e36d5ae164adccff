import { encodeAppends } from '@errand/contract/wire';
import { ErrandError, LIMITS } from '@errand/core';
import { aRun, running } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { openPlane } from '../../test/plane.ts';
import { createJoinToken, joinAgent } from '../use-cases/agents/join-agent.ts';

/** A control plane with an agent that holds two runs. */
async function open() {
  const plane = await openPlane();
  const { joining, store } = plane.services;
  const { token } = await createJoinToken(joining, 'lab');
  const { agentId, key } = await joinAgent(joining, { token, name: 'one' });
  for (const id of ['run_1', 'run_2'])
    await store.runs.insert({ ...running(aRun({ id }), agentId), pool: 'lab' }, null);
  const append = async (body: Uint8Array, to = '/v1/agent/logs'): Promise<readonly [number, unknown]> => {
    const answer = await plane.ask('POST', to, { key, body });
    return [answer.status, await answer.json()];
  };
  return { plane, append, [Symbol.asyncDispose]: () => plane[Symbol.asyncDispose]() };
}

const piece = (bytes: Uint8Array) => [{ offset: 0, stream: 'stdout', time: 1, bytes }] as const;
const bodyOf = (...ids: readonly string[]): Uint8Array =>
  Buffer.concat(encodeAppends(ids.map((runId) => ({ runId, token: 1, pieces: piece(Buffer.from('abc')) }))));

it('stores the other logs where one cannot be, and says which it is', async () => {
  await using all = await open();
  const { logs } = all.plane.services;
  const write = logs.append.bind(logs);
  logs.append = async (log, pieces) => {
    if (log.runId === 'run_1') throw new ErrandError('unavailable', 'the disk is full');
    return await write(log, pieces);
  };
  expect(await all.append(bodyOf('run_1', 'run_2', 'run_none'))).toEqual([
    200,
    {
      answers: [
        { kind: 'failed', code: 'unavailable', message: 'the disk is full' },
        { kind: 'size', size: 3 },
        { kind: 'superseded' },
      ],
    },
  ]);
});

it('refuses what is cut in the middle and what is too much, and stores nothing of it', async () => {
  await using all = await open();
  const cut = bodyOf('run_1').subarray(0, -1);
  expect(await all.append(cut)).toMatchObject([400, { error: { code: 'invalid' } }]);
  const frames = bodyOf('run_1').subarray(bodyOf('run_1').indexOf(10) + 1);
  const one = '/v1/agent/runs/run_1/log?token=1';
  expect(await all.append(frames.subarray(0, -1), one)).toMatchObject([400, { error: { code: 'invalid' } }]);
  const much = Buffer.alloc(2 * LIMITS.appendBytes + 1);
  expect(await all.append(much)).toMatchObject([413, { error: { code: 'too_large' } }]);
  expect(await all.plane.services.logs.size({ runId: 'run_1', token: 1 })).toBe(0);
  expect(await all.append(frames, one)).toEqual([200, { kind: 'size', size: 3 }]);
});
