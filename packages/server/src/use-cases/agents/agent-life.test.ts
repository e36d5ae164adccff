import { createHash } from 'node:crypto';
import { AGENT_INSTANCE_HEADER, encodeAppends } from '@errand/contract/wire';
import { LIMITS } from '@errand/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../../test/plane.ts';

let plane: TestPlane;

beforeEach(async () => {
  plane = await openPlane();
});
afterEach(async () => {
  await plane[Symbol.asyncDispose]();
});

interface TestAgent {
  readonly agentId: string;
  readonly key: string;
}

const HELLO = { protocol: 1, name: 'one', labels: { gpu: 'none', zone: 'b' }, slots: 16, program: '1' };
const POLL = { agentId: '', free: 8, held: [], waitMs: 0 };

async function ask(call: string, key: string, body?: object, instance?: string) {
  const [method = '', path = ''] = call.split(' ');
  const headers = instance === undefined ? {} : { [AGENT_INSTANCE_HEADER]: instance };
  const answer = await plane.ask(method, path, { key, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

async function join(token: object = {}): Promise<TestAgent> {
  const made = await ask('POST /v1/pools/lab/tokens', plane.admin, token);
  const joined = await ask('POST /v1/agent/join', '', { token: made.body.token, name: 'one' });
  expect(joined.status).toBe(201);
  expect((await ask('POST /v1/agent/hello', joined.body.key, HELLO)).status).toBe(200);
  return joined.body;
}

const admin = (agent: TestAgent, what: string) =>
  ask(`POST /v1/agents/${agent.agentId}/${what}`, plane.admin);
const show = async (agent: TestAgent) => (await ask(`GET /v1/agents/${agent.agentId}`, plane.admin)).body;
const poll = (agent: TestAgent, more: object = {}) =>
  ask('POST /v1/agent/poll', agent.key, { ...POLL, ...more });
const submit = async () =>
  (await ask('POST /v1/runs', plane.admin, { command: ['true'], pool: 'lab' })).body.id as string;
const runOf = async (id: string) => (await ask(`GET /v1/runs/${id}`, plane.admin)).body;
const report = ({ key }: TestAgent, id: string, kind: string, instance?: string) =>
  ask(`POST /v1/agent/runs/${id}/report`, key, { token: 1, fact: { kind } }, instance);

describe('a join token', () => {
  it('gives an agent its labels and the most slots that it may offer, whatever it says', async () => {
    const agent = await join({ labels: { gpu: 'a100' }, maxSlots: 2 });
    expect(await show(agent)).toMatchObject({ labels: { gpu: 'a100', zone: 'b' }, slots: 2, maxSlots: 2 });
    await Promise.all([submit(), submit(), submit()]);
    expect((await poll(agent)).body.leases).toHaveLength(2);
  });

  it('is good for one agent, for its own pool, and until it expires', async () => {
    const { token } = (await ask('POST /v1/pools/lab/tokens', plane.admin, {})).body;
    const use = (more: object = {}) => ask('POST /v1/agent/join', '', { token, name: 'n', ...more });
    const foreign = await use({ pool: 'other' });
    expect([foreign.status, foreign.body.error.message]).toEqual([
      409,
      'this join token is for the pool lab, not for other; it was not used up',
    ]);
    expect((await use({ pool: 'lab' })).status).toBe(201);
    const again = await use();
    expect([again.status, again.body.error.message]).toEqual([401, expect.stringMatching(/used before/)]);
    const short = (await ask('POST /v1/pools/lab/tokens', plane.admin, { expiresIn: '1ms' })).body;
    await expect.poll(() => Date.now() > Date.parse(short.expiresAt)).toBe(true);
    const late = await use({ token: short.token });
    expect([late.status, late.body.error.message]).toEqual([
      401,
      expect.stringMatching(/not valid any more/),
    ]);
    for (const expiresIn of ['25h', '0s'])
      expect((await ask('POST /v1/pools/lab/tokens', plane.admin, { expiresIn })).status).toBe(400);
  });
});

describe('a drained agent', () => {
  it('keeps what it holds, gets nothing new, and is told why', async () => {
    const agent = await join();
    const held = await submit();
    expect((await poll(agent)).body.leases).toHaveLength(1);
    await report(agent, held, 'starting');
    expect((await admin(agent, 'drain')).body).toMatchObject({ draining: true, running: 1 });
    expect((await admin(agent, 'drain')).status).toBe(200);
    const waiting = await submit();
    const keeps = { held: [{ runId: held, token: 1, cancel: 'none' }] };
    const answer = await poll(agent, keeps);
    expect(answer.body).toMatchObject({
      leases: [],
      superseded: [],
      notice: expect.stringMatching(/drains/),
    });
    await ask('POST /v1/agent/hello', agent.key, HELLO);
    expect((await poll(agent, keeps)).body.leases).toEqual([]);
    await admin(agent, 'undrain');
    const leases = (await poll(agent, keeps)).body.leases as { runId: string }[];
    expect(leases.map(({ runId }) => runId)).toEqual([waiting]);
  });

  it('is not handed a run by a poll that waits already', async () => {
    const agent = await join();
    const waiting = poll(agent, { waitMs: 60_000 });
    await expect.poll(async () => (await show(agent)).online).toBe(true);
    await admin(agent, 'drain');
    expect((await waiting).body.leases).toEqual([]);
    const id = await submit();
    expect((await runOf(id)).status).toBe('queued');
  });
});

describe('a revoked agent', () => {
  it('loses its runs at once, may only be told to end them, and comes back no more', async () => {
    const agent = await join();
    const [begun, fresh] = [await submit(), await submit()];
    await poll(agent);
    await report(agent, begun, 'starting');
    expect((await admin(agent, 'revoke')).body).toMatchObject({ revoked: true, online: false });
    expect(await runOf(begun)).toMatchObject({ status: 'lost', end: { reason: 'lost' } });
    expect((await runOf(fresh)).status).toBe('queued');
    const held = [{ runId: begun, token: 1, cancel: 'none' }];
    expect((await poll(agent, { held })).body).toMatchObject({
      leases: [],
      superseded: [{ runId: begun, token: 1 }],
    });
    expect((await report(agent, fresh, 'starting')).body).toEqual({ kind: 'superseded' });
    for (const refused of [await poll(agent), await ask('POST /v1/agent/hello', agent.key, HELLO)])
      expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringMatching(/revoked/)]);
    const log = await ask(`POST /v1/agent/runs/${fresh}/log?token=1`, agent.key);
    expect(log.body).toEqual({ kind: 'superseded' });
    const hash = createHash('sha256').update('err_next').digest('hex');
    expect((await ask('POST /v1/agent/key', agent.key, { hash })).status).toBe(403);
    expect((await admin(agent, 'drain')).status).toBe(409);
    expect((await ask(`DELETE /v1/agents/${agent.agentId}`, plane.admin)).status).toBe(204);
    expect((await poll(agent)).status).toBe(401);
  });

  it('is removed only once it holds nothing, and by admins only', async () => {
    const agent = await join();
    const id = await submit();
    await poll(agent);
    await report(agent, id, 'starting');
    const removed = await ask(`DELETE /v1/agents/${agent.agentId}`, plane.admin);
    expect([removed.status, removed.body.error.message]).toEqual([409, expect.stringMatching(/holds a run/)]);
    const member = await plane.key({ role: 'member' });
    for (const what of ['drain', 'undrain', 'revoke'])
      expect((await ask(`POST /v1/agents/${agent.agentId}/${what}`, member)).status).toBe(403);
    expect((await ask('POST /v1/agents/agent_none/drain', plane.admin)).status).toBe(404);
  });
});

describe('the keys of an agent', () => {
  const hash = (key: string) => createHash('sha256').update(key).digest('hex');
  const follow = (key: string, next: string) => ask('POST /v1/agent/key', key, { hash: hash(next) });

  it('follow each other; the old one is good until the new one was used', async () => {
    const agent = await join();
    for (let times = 0; times < 2; times++) expect((await follow(agent.key, 'err_two')).status).toBe(204);
    expect((await poll(agent)).status).toBe(200);
    expect((await poll({ ...agent, key: 'err_two' })).status).toBe(200);
    expect((await poll(agent)).status).toBe(401);
    expect((await follow('err_two', 'err_three')).status).toBe(204);
    expect((await follow('err_two', 'err_four')).status).toBe(204);
    expect((await poll({ ...agent, key: 'err_three' })).status).toBe(401);
    expect((await poll({ ...agent, key: 'err_four' })).status).toBe(200);
    expect((await follow('err_four', 'err_four')).status).toBe(204);
    expect((await ask('POST /v1/agent/key', 'err_four', { hash: 'x' })).status).toBe(400);
  });

  it('end together when the present one is revoked by hand', async () => {
    const agent = await join();
    await follow(agent.key, 'err_next');
    const { keys } = (await ask('GET /v1/keys', plane.admin)).body;
    const [first] = keys.filter(({ role }: { role: string }) => role === 'agent');
    await ask(`DELETE /v1/keys/${first.id}`, plane.admin);
    expect((await poll({ ...agent, key: 'err_next' })).status).toBe(401);
  });
});

describe('two programs with one identity', () => {
  it('are told apart: the second is turned away as long as the first is there', async () => {
    const agent = await join();
    const as = (instance: string, path: string, body: object) =>
      ask(`POST /v1/agent/${path}`, agent.key, body, instance);
    expect((await as('first', 'hello', HELLO)).status).toBe(200);
    const id = await submit();
    expect((await as('first', 'poll', POLL)).body.leases).toHaveLength(1);
    for (const path of ['hello', 'poll']) {
      const refused = await as('second', path, path === 'hello' ? HELLO : POLL);
      expect([refused.status, refused.body.error.details]).toEqual([409, { inUse: true }]);
    }
    expect((await report(agent, id, 'starting', 'second')).status).toBe(409);
    expect((await report(agent, id, 'starting', 'first')).body).toEqual({ kind: 'accepted' });
    expect((await show(agent)).duplicateSeenAt).not.toBeNull();
  });
});

describe('the logs of several attempts in one call', () => {
  const piece = (text: string, offset = 0) => [
    { offset, stream: 'stdout', time: 1, bytes: Buffer.from(text) } as const,
  ];
  const append = async (agent: TestAgent, body: Uint8Array) => {
    const answer = await plane.ask('POST', '/v1/agent/logs', { key: agent.key, body });
    return { status: answer.status, body: await answer.json() };
  };

  it('are taken each for itself', async () => {
    const agent = await join();
    const runs = [await submit(), await submit(), await submit()];
    await poll(agent);
    for (const run of runs) await report(agent, run, 'starting');
    const [one = '', two = '', three = ''] = runs;
    const asked = [
      { runId: one, token: 1, pieces: piece('one\n') },
      { runId: two, token: 7, pieces: piece('not its token') },
      { runId: 'run_unknown', token: 1, pieces: piece('no run') },
      { runId: three, token: 1, pieces: [...piece('thr'), ...piece('ee\n', 3)] },
    ];
    const answers = [
      { kind: 'size', size: 4 },
      { kind: 'superseded' },
      { kind: 'superseded' },
      { kind: 'size', size: 6 },
    ];
    for (const _ of ['first', 'again']) {
      const { status, body } = await append(agent, Buffer.concat(encodeAppends(asked)));
      expect([status, body]).toEqual([200, { answers }]);
    }
    const logs = runs.map(async (run) => {
      return (await plane.ask('GET', `/v1/runs/${run}/log`, { key: plane.admin })).text();
    });
    expect(await Promise.all(logs)).toEqual(['one\n', '', 'three\n']);
    await admin(agent, 'revoke');
    const { body } = await append(agent, Buffer.concat(encodeAppends(asked.slice(0, 2))));
    expect(body).toEqual({ answers: [{ kind: 'superseded' }, { kind: 'superseded' }] });
  });

  it('are refused where they are more than one call may bring', async () => {
    const agent = await join();
    for (const path of ['logs', 'runs/run_x/log?token=1']) {
      const body = Buffer.alloc(2 * LIMITS.appendBytes + 1);
      const answer = await plane.ask('POST', `/v1/agent/${path}`, { key: agent.key, body });
      expect([path, answer.status]).toEqual([path, 413]);
    }
  });

  it('are refused where they are none', async () => {
    const agent = await join();
    const { status, body } = await append(agent, Buffer.from('nothing of that kind'));
    expect([status, body]).toMatchObject([
      400,
      { error: { message: 'the body is not made of pieces of logs' } },
    ]);
  });
});
