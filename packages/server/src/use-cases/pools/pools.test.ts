import type { Answer } from '@errand/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../../test/plane.ts';
import { createJoinToken, joinAgent } from '../agents/join-agent.ts';
import { pollAgent } from '../agents/poll-agent.ts';
import { reportFact } from '../agents/report-fact.ts';
import { sayHello } from '../agents/say-hello.ts';

let plane: TestPlane;

beforeEach(async () => {
  plane = await openPlane();
});
afterEach(async () => {
  await plane[Symbol.asyncDispose]();
});

type Run = Answer<'getRun'>;
type Pool = Answer<'getPool'>;

async function call<Value>(method: string, path: string, body?: unknown, status = 200): Promise<Value> {
  const answer = await plane.ask(method, path, { key: plane.admin, body });
  const text = await answer.text();
  expect([path, answer.status, text]).toEqual([path, status, text]);
  return (text === '' ? undefined : JSON.parse(text)) as Value;
}

async function refused(method: string, path: string, body?: unknown): Promise<[number, string]> {
  const answer = await plane.ask(method, path, { key: plane.admin, body });
  const { error } = (await answer.json()) as { error: { message: string } };
  return [answer.status, error.message];
}

/** An agent of the pool `lab`, joined and presented. */
async function agent(name: string, labels: Record<string, string> = {}, slots = 4): Promise<string> {
  const { joining, hello } = plane.services;
  const { token } = await createJoinToken(joining, 'lab');
  const { agentId } = await joinAgent(joining, { token, name });
  const about = { protocol: 1, name, labels, slots, program: '0', scripts: [], onlyScripts: false };
  await sayHello(hello, agentId, about);
  return agentId;
}

async function poll(agentId: string, free = 4): Promise<readonly string[]> {
  const request = { agentId, free, held: [], waitMs: 0, modules: [] };
  const { leases } = await pollAgent(plane.services.polling, request, new AbortController().signal);
  return leases.map(({ runId }) => runId);
}

async function end(agentId: string, runId: string): Promise<void> {
  const { reporting } = plane.services;
  await reportFact(reporting, agentId, { runId, token: 1, claimant: 'c', fact: { kind: 'starting' } });
  const fact = { kind: 'ended', reason: { kind: 'exited', code: 0 }, log: null, result: null } as const;
  await reportFact(reporting, agentId, { runId, token: 1, claimant: 'c', fact });
}

const submit = (more: object = {}): Promise<Run> =>
  call<Run>('POST', '/v1/runs', { command: ['true'], pool: 'lab', ...more }, 201);
const see = (id: string): Promise<Run> => call<Run>('GET', `/v1/runs/${id}`);

describe('the settings of a pool', () => {
  it('are made, changed one by one, and set as a whole', async () => {
    const made = await call<Pool>('PUT', '/v1/pools/gpu', { limit: 2, lostAfter: '1m' });
    expect(made).toMatchObject({ limit: 2, limitPerKey: null, paused: false, lostAfterMs: 60_000 });
    await call('PATCH', '/v1/pools/gpu', { limitPerKey: 1, paused: true });
    expect(await call('GET', '/v1/pools/gpu')).toMatchObject({ limit: 2, limitPerKey: 1, paused: true });
    expect(await call('PUT', '/v1/pools/gpu', {})).toMatchObject({
      limit: null,
      paused: false,
      lostAfterMs: 300_000,
    });
    await call('DELETE', '/v1/pools/gpu', undefined, 204);
    expect(await refused('GET', '/v1/pools/gpu')).toEqual([404, expect.stringContaining('no pool gpu')]);
  });

  it.each([
    [{ limit: 0 }, 'pause the pool'],
    [{ limit: -1 }, 'at least 1'],
    [{ limit: 1e9 }, 'at most 1000000'],
    [{ limit: 1.5 }, 'whole number'],
    [{ limit: '3' }, 'must be'],
    [{ limitPerKey: 0 }, 'at least 1'],
    [{ lostAfter: '0s' }, 'at least 1s'],
    [{ launch: { provider: 'x' } }, 'there is no provider x'],
    [{ launch: { provider: 'fake', command: ['true'], shell: 'true' } }, 'give one of the two'],
  ])('refuse %j with a sentence and change nothing', async (body, words) => {
    const before = await call('GET', '/v1/pools/lab');
    for (const method of ['PUT', 'PATCH'])
      expect(await refused(method, '/v1/pools/lab', body)).toEqual([400, expect.stringContaining(words)]);
    expect(await call('GET', '/v1/pools/lab')).toEqual(before);
  });

  it('are for admins, and the server’s own pool stays', async () => {
    const key = await plane.key({ role: 'service', owner: 'acme' });
    for (const [method, body] of [
      ['PUT', {}],
      ['PATCH', {}],
      ['DELETE', undefined],
    ] as const)
      expect((await plane.ask(method, '/v1/pools/lab', { key, body })).status).toBe(403);
    expect((await refused('DELETE', '/v1/pools/local'))[0]).toBe(403);
    expect((await refused('PATCH', '/v1/pools/none', {}))[0]).toBe(404);
  });

  it('keep agents away from a pool that makes a session for each run', async () => {
    const { joining, store } = plane.services;
    const { token } = await createJoinToken(joining, 'fresh');
    await store.agents.setPool('fresh', { launch: { provider: 'docker' } });
    const why = expect.stringContaining('no agent can join it; choose another, or errand pool set fresh');
    expect(await refused('POST', '/v1/pools/fresh/tokens', {})).toEqual([409, why]);
    await expect(joinAgent(joining, { token, name: 'late' })).rejects.toMatchObject({ message: why });
    await store.agents.setPool('fresh', { launch: null });
    await call('POST', '/v1/pools/fresh/tokens', {}, 201);
    expect(await joinAgent(joining, { token, name: 'late' })).toMatchObject({ pool: 'fresh' });
  });

  it('keep a pool that is in use', async () => {
    await agent('one');
    await submit();
    expect(await refused('DELETE', '/v1/pools/lab')).toEqual([
      409,
      expect.stringContaining('1 agent and 1 run'),
    ]);
  });
});

describe('a queued run says why', () => {
  it.each([
    ['the pool is paused', { paused: true }, {}, 'errand pool resume lab'],
    ['nobody has its labels', {}, { labels: { gpu: 'h100' } }, 'has the labels gpu=h100'],
    ['nobody has joined', {}, {}, 'No agent of the pool lab has ever joined'],
  ])('where %s', async (what, settings, more, words) => {
    if (what !== 'nobody has joined') await agent('one', { gpu: 'a100' });
    await call('PATCH', '/v1/pools/lab', settings);
    const { id } = await submit(more);
    expect((await see(id)).why).toContain(words);
    const { runs } = await call<Answer<'listRuns'>>('GET', '/v1/runs?pool=lab');
    expect(runs[0]?.why).toContain(words);
  });

  it('where a limit is reached, with its place in line', async () => {
    const one = await agent('one');
    await call('PATCH', '/v1/pools/lab', { limit: 1 });
    const ids = [(await submit()).id, (await submit()).id, (await submit()).id];
    expect(await poll(one)).toEqual([ids[0]]);
    expect((await see(ids[1] ?? '')).why).toBe(
      '1 run of the pool lab is running, and its limit is 1; it is next.',
    );
    expect((await see(ids[2] ?? '')).why).toContain('1 run is before it');
  });

  it('where its concurrency key is taken', async () => {
    const one = await agent('one');
    const more = { concurrencyKey: 'deploy', concurrency: 2 };
    for (let count = 0; count < 4; count += 1) await submit(more);
    expect(await poll(one)).toHaveLength(2);
    const { runs } = await call<Answer<'listRuns'>>('GET', '/v1/runs?pool=lab&status=queued');
    expect(runs.map(({ why }) => why)).toEqual([
      '2 runs with the concurrency key deploy are running, and there may be 2; 1 run is before it.',
      '2 runs with the concurrency key deploy are running, and there may be 2; it is next.',
    ]);
  });

  it('where all slots are busy', async () => {
    const one = await agent('one', {}, 1);
    await submit();
    const { id } = await submit();
    await poll(one, 1);
    expect((await see(id)).why).toBe('All 1 slots of the pool lab are busy; it is next.');
  });
});

describe('a waiting agent', () => {
  /** Polls until something comes. */
  function waiting(agentId: string): Promise<readonly string[]> {
    const request = { agentId, free: 1, held: [], waitMs: 20_000, modules: [] };
    return pollAgent(plane.services.polling, request, new AbortController().signal).then(({ leases }) =>
      leases.map(({ runId }) => runId),
    );
  }

  it.each([
    ['a pool', { limit: 1 }, {}],
    ['a key', { limitPerKey: 1 }, {}],
    ['a concurrency key', {}, { concurrencyKey: 'k' }],
  ])('gets the next run when a slot under the limit of %s becomes free', async (_, settings, more) => {
    const [one, two] = [await agent('one'), await agent('two')];
    await call('PATCH', '/v1/pools/lab', settings);
    const [first, second] = [(await submit(more)).id, (await submit(more)).id];
    expect(await poll(one)).toEqual([first]);
    expect(await poll(two)).toEqual([]);
    const coming = waiting(two);
    await end(one, first);
    expect(await coming).toEqual([second]);
  });

  it('gets nothing of a pool that was paused while it waited, and all of it when it goes on', async () => {
    const one = await agent('one');
    const coming = waiting(one);
    await call('PATCH', '/v1/pools/lab', { paused: true });
    const { id, status } = await submit();
    expect(status).toBe('queued');
    expect((await see(id)).status).toBe('queued');
    await call('PATCH', '/v1/pools/lab', { paused: false });
    expect(await coming).toEqual([id]);
  });

  it('is handed only runs for labels that it has', async () => {
    const one = await agent('one', { gpu: 'a100' });
    const coming = waiting(one);
    const other = await submit({ labels: { gpu: 'h100' } });
    const mine = await submit({ labels: { gpu: 'a100' } });
    expect(await coming).toEqual([mine.id]);
    expect((await see(other.id)).status).toBe('queued');
  });
});

describe('what a run asks of its pool', () => {
  it.each([
    [{ concurrency: 2 }, 'needs a concurrencyKey'],
    [{ concurrencyKey: 'k', concurrency: 0 }, 'at least 1'],
    [{ concurrencyKey: 'k', concurrency: 1e12 }, 'at most'],
    [{ concurrencyKey: '' }, 'must not be empty'],
    [{ labels: { 'a b': 'x' } }, '1 to 63 of'],
    [{ labels: { a: 'x'.repeat(201) } }, 'at most 200'],
    [{ labels: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`l${n}`, ''])) }, 'at most 16'],
    [{ labels: { a: 'x' }, agent: 'one' }, 'do not go with agent'],
    [{ session: 'box' }, 'pool: does not go with session'],
    [{ session: 'box', pool: undefined, agent: 'one' }, 'agent: does not go with session'],
    [{ session: 'box', pool: undefined, labels: { a: 'x' } }, 'labels: does not go with session'],
  ])('is refused as %j with a sentence', async (more, words) => {
    await agent('one');
    const body = { command: ['true'], pool: 'lab', ...more };
    expect(await refused('POST', '/v1/runs', body)).toEqual([400, expect.stringContaining(words)]);
    expect((await call<Answer<'listRuns'>>('GET', '/v1/runs')).runs).toEqual([]);
  });
});
