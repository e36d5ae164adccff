import type { Answer, Session } from '@errand/contract';
import { sessionPool } from '@errand/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../../test/plane.ts';

const HELLO = { protocol: 1, name: 'machine', labels: { own: 'words' }, slots: 4, program: 'test' };

let plane: TestPlane;
let session: string;
beforeEach(async () => {
  plane = await openPlane();
  const made = await plane.ask('POST', '/v1/sessions', { key: plane.admin, body: { provider: 'fake' } });
  session = ((await made.json()) as Session).id;
});
afterEach(() => plane[Symbol.asyncDispose]());

const tokenOf = (launch: number) => plane.services.sessionAgents.token(`${session}-${launch}`);
const join = (token: string, more: object = {}) =>
  plane.ask('POST', '/v1/agent/join', { body: { token, name: 'machine', ...more } });
const leave = (key: string) => plane.ask('POST', '/v1/agent/leave', { key });
const hello = (key: string) => plane.ask('POST', '/v1/agent/hello', { key, body: HELLO });

async function joined(launch: number): Promise<Answer<'agentJoin'>> {
  const answer = await join(tokenOf(launch));
  expect(answer.status).toBe(201);
  return (await answer.json()) as Answer<'agentJoin'>;
}

describe('an agent that came with a session', () => {
  it('joins with a token that is the same each time, and is known once it has presented itself', async () => {
    expect(tokenOf(1)).toBe(tokenOf(1));
    const { key, agentId, pool } = await joined(1);
    const { sessionAgents } = plane.services;
    expect(await sessionAgents.of(session, `${session}-1`)).toBeNull();
    expect((await hello(key)).status).toBe(200);
    expect(await sessionAgents.of(session, `${session}-1`)).toEqual({ id: agentId, pool, left: false });
    expect(await sessionAgents.of(session, `${session}-2`)).toBeNull();
  });

  it('gets in again where its answer was lost, and nobody else once it is there', async () => {
    const lost = await joined(1);
    const { key } = await joined(1);
    expect((await hello(lost.key)).status).toBe(401);
    expect((await hello(key)).status).toBe(200);
    const thief = await join(tokenOf(1));
    expect([thief.status, await thief.text()]).toEqual([401, expect.stringContaining('used before')]);
    expect((await join(tokenOf(1), { key })).status).toBe(201);
  });

  it('makes room for that of a later launch, and never comes back', async () => {
    const first = await joined(1);
    await hello(first.key);
    const second = await joined(2);
    expect((await hello(second.key)).status).toBe(200);
    expect((await hello(first.key)).status).toBe(401);
    expect((await join(tokenOf(1))).status).toBe(401);
  });

  it('is refused with a token that nobody made, of another session, or of one that is over', async () => {
    const forged = `${tokenOf(1).slice(0, -1)}${tokenOf(1).endsWith('A') ? 'B' : 'A'}`;
    const other = tokenOf(1).replace(session, 'ses_other');
    for (const token of [forged, other, 'errses_', `errses_${session}-1`])
      expect((await join(token)).status).toBe(401);
    await plane.ask('DELETE', `/v1/sessions/${session}`, { key: plane.admin });
    const late = await join(tokenOf(1));
    expect([late.status, await late.text()]).toEqual([401, expect.stringContaining('over')]);
  });

  it('does not come any more once its session is being ended', async () => {
    const { sessions } = plane.services.store;
    const present = await sessions.get(session);
    if (present === null) throw new Error('it was made');
    const stopping = { state: 'stopping', desired: 'stopped', version: present.version + 1 } as const;
    expect(await sessions.save({ ...present, ...stopping })).toBe('saved');
    expect(await plane.services.sessionAgents.isWanted(session)).toBe(false);
    expect((await join(tokenOf(1))).status).toBe(401);
  });

  it('that leaves is let in no more, and nobody comes in its place', async () => {
    const { key, agentId, pool } = await joined(1);
    await hello(key);
    expect((await leave(key)).status).toBe(204);
    expect((await hello(key)).status).toBe(401);
    expect((await leave(key)).status).toBe(401);
    const thief = await join(tokenOf(1));
    expect([thief.status, await thief.text()]).toEqual([401, expect.stringContaining('used before')]);
    const { sessionAgents } = plane.services;
    expect(await sessionAgents.of(session, `${session}-1`)).toEqual({ id: agentId, pool, left: true });
  });

  it('whose right was ended is told so, may still leave, and is then gone', async () => {
    const { key } = await joined(1);
    await hello(key);
    const { sessionAgents } = plane.services;
    await sessionAgents.revoke(session, `${session}-1`);
    expect((await hello(key)).status).toBe(403);
    expect((await sessionAgents.of(session, `${session}-1`))?.left).toBe(false);
    expect((await leave(key)).status).toBe(204);
    expect((await sessionAgents.of(session, `${session}-1`))?.left).toBe(true);
  });

  it('is seen by nobody, serves nobody else, and is forgotten with its session', async () => {
    const { key, agentId } = await joined(1);
    await hello(key);
    const listed = await plane.ask('GET', '/v1/agents', { key: plane.admin });
    expect(await listed.text()).not.toContain(agentId);
    expect(await (await plane.ask('GET', '/v1/pools', { key: plane.admin })).text()).not.toContain(session);
    const run = { shell: 'true', pool: sessionPool(session) };
    expect((await plane.ask('POST', '/v1/runs', { key: plane.admin, body: run })).status).toBe(400);
    await plane.services.sessionAgents.remove(session, `${session}-2`);
    expect((await hello(key)).status).toBe(200);
    await plane.services.sessionAgents.remove(session, `${session}-1`);
    expect((await hello(key)).status).toBe(401);
  });
});
