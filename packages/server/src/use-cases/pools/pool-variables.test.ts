import type { Answer, Lease } from '@errand/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../../test/plane.ts';
import { createJoinToken, joinAgent } from '../agents/join-agent.ts';
import { pollAgent } from '../agents/poll-agent.ts';
import { sayHello } from '../agents/say-hello.ts';

let plane: TestPlane;

beforeEach(async () => {
  plane = await openPlane();
});
afterEach(() => plane[Symbol.asyncDispose]());

async function call<Value>(method: string, path: string, body: unknown, status = 200): Promise<Value> {
  const answer = await plane.ask(method, path, { key: plane.admin, body });
  const text = await answer.text();
  expect([path, answer.status, text]).toEqual([path, status, text]);
  expect(text).not.toMatch(/-token-value/);
  return JSON.parse(text) as Value;
}

const patch = (body: object) => call<Answer<'getPool'>>('PATCH', '/v1/pools/lab', body);

/** What the agent is told of a run that was submitted so. */
async function leaseOf(more: object): Promise<Lease | undefined> {
  await call('POST', '/v1/runs', { command: ['true'], pool: 'lab', ...more }, 201);
  const { joining, hello, polling } = plane.services;
  const { token } = await createJoinToken(joining, 'lab');
  const { agentId } = await joinAgent(joining, { token, name: 'one' });
  const about = {
    protocol: 1,
    name: 'one',
    labels: {},
    slots: 4,
    program: '0',
    scripts: [],
    onlyScripts: false,
  };
  await sayHello(hello, agentId, about);
  const request = { agentId, free: 4, held: [], waitMs: 0, modules: [] };
  return (await pollAgent(polling, request, new AbortController().signal)).leases[0];
}

const SECRETS = { TOKEN: 'first-token-value', KEY: 'other-token-value' };

it('gives the variables of a pool to its runs, under those of the run, and names what is secret', async () => {
  const body = {
    env: { A: 'pool', B: 'pool', C: 'pool' },
    secretEnv: { ...SECRETS, D: 'third-token-value' },
  };
  const pool = await call<Answer<'putPool'>>('PUT', '/v1/pools/lab', body);
  expect([pool.env, pool.secretEnv]).toEqual([body.env, ['TOKEN', 'KEY', 'D']]);
  const lease = await leaseOf({ env: { A: 'run', D: 'in clear' }, secretEnv: { B: 'run-token-value' } });
  expect(lease?.env).toEqual({ A: 'run', B: 'run-token-value', C: 'pool', D: 'in clear', ...SECRETS });
  expect(lease?.secretNames.toSorted()).toEqual(['B', 'KEY', 'TOKEN']);
});

it('sets some variables of a pool, takes some away, and leaves the others', async () => {
  await call('PUT', '/v1/pools/lab', { env: { A: '1', B: '2' }, secretEnv: SECRETS, limit: 3 });
  expect(await patch({ env: { A: null, C: '3', KEY: 'now in clear' } })).toMatchObject({
    limit: 3,
    env: { B: '2', C: '3', KEY: 'now in clear' },
    secretEnv: ['TOKEN'],
  });
  expect(await patch({ secretEnv: { C: 'fresh-token-value', TOKEN: null } })).toMatchObject({
    env: { B: '2', KEY: 'now in clear' },
    secretEnv: ['C'],
  });
  expect(await patch({ paused: false })).toMatchObject({ secretEnv: ['C'] });
  expect((await leaseOf({}))?.env).toMatchObject({ B: '2', C: 'fresh-token-value' });
});

it('keeps what a run got when it was submitted, whatever the pool says later', async () => {
  await call('PUT', '/v1/pools/lab', { secretEnv: SECRETS });
  await call('POST', '/v1/runs', { command: ['true'], pool: 'lab', priority: 9 }, 201);
  await patch({ secretEnv: { TOKEN: 'new-token-value', KEY: null } });
  expect((await leaseOf({}))?.env).toEqual(SECRETS);
});

it.each([
  ['PATCH', { secretEnv: { PIN: 'zq42' } }, 'secretEnv.PIN: has 4 characters'],
  ['PUT', { secretEnv: { PIN: 'localhost' } }, 'secretEnv.PIN: is a common word'],
  ['PATCH', { env: { 'A=B': 'x' } }, 'must be a name without ='],
])('refuses with %s %j, and changes nothing', async (method, body, sentence) => {
  await call('PUT', '/v1/pools/lab', { env: { A: '1' } });
  const answer = await plane.ask(method, '/v1/pools/lab', { key: plane.admin, body });
  const text = await answer.text();
  expect(answer.status).toBe(400);
  expect(text).toContain(sentence);
  expect(text).not.toMatch(/zq42|localhost/);
  expect(await patch({})).toMatchObject({ env: { A: '1' }, secretEnv: [] });
});
