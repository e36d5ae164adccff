import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPlane, type TestPlane } from '../../test/plane.ts';
import { createJoinToken, joinAgent } from '../use-cases/agents/join-agent.ts';

let plane: TestPlane;
let key: string;

beforeEach(async () => {
  plane = await openPlane();
  const { joining } = plane.services;
  const { token } = await createJoinToken(joining, 'lab');
  ({ key } = await joinAgent(joining, { token, name: 'one' }));
});
afterEach(async () => plane[Symbol.asyncDispose]());

const PATH = '/v1/agent/transfer';

describe('what measures a line', () => {
  test('gives as many random bytes as it is asked for', async () => {
    const answer = await plane.ask('GET', `${PATH}?bytes=1000001`, { key });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([answer.status, bytes.length]).toEqual([200, 1_000_001]);
    expect(new Set(bytes.subarray(0, 65_536)).size).toBe(256);
  });

  test('swallows what it is sent', async () => {
    const answer = await plane.ask('POST', PATH, { key, body: Buffer.alloc(300_000) });
    expect(await answer.json()).toEqual({ bytes: 300_000 });
    const none = await plane.ask('POST', PATH, { key });
    expect(await none.json()).toEqual({ bytes: 0 });
  });

  test('is for agents and admins, and bounded', async () => {
    expect((await plane.ask('GET', PATH, { key: await plane.key({}) })).status).toBe(403);
    for (const bytes of ['0', '-1', 'x', '1e12'])
      expect((await plane.ask('GET', `${PATH}?bytes=${bytes}`, { key })).status).toBe(400);
    const open = await Promise.all(Array.from({ length: 32 }, () => plane.ask('GET', PATH, { key })));
    const busy = await plane.ask('POST', PATH, { key, body: Buffer.alloc(1) });
    expect(busy.status).toBe(503);
    await Promise.all(open.map(async (answer) => answer.body?.cancel()));
    expect((await plane.ask('POST', PATH, { key, body: Buffer.alloc(1) })).status).toBe(200);
  });

  test('is over at once for who asks by HEAD, and so reads nothing', async () => {
    for (let asked = 0; asked < 33; asked += 1)
      expect((await plane.ask('HEAD', PATH, { key })).status).toBe(200);
  });
});
