import type { Answer } from '@errand/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../../test/plane.ts';
import { Reconciler } from '../../reconciler/reconciler.ts';
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

type Group = Answer<'getGroup'>;

async function call<Value>(method: string, path: string, body?: unknown, status = 200): Promise<Value> {
  const answer = await plane.ask(method, path, { key: plane.admin, body });
  const text = await answer.text();
  expect([path, answer.status, text]).toEqual([path, status, text]);
  return JSON.parse(text) as Value;
}

async function agents(...names: readonly string[]): Promise<string[]> {
  const { joining, hello } = plane.services;
  const ids: string[] = [];
  for (const name of names) {
    const { token } = await createJoinToken(joining, 'lab');
    const { agentId } = await joinAgent(joining, { token, name });
    const labels = { kind: name.slice(0, 1) };
    const about = { protocol: 1, name, labels, slots: 4, program: '0', scripts: [], onlyScripts: false };
    await sayHello(hello, agentId, about);
    ids.push(agentId);
  }
  return ids;
}

async function poll(agentId = ''): Promise<string[]> {
  const request = { agentId, free: 4, held: [], waitMs: 0, modules: [] };
  const { leases } = await pollAgent(plane.services.polling, request, new AbortController().signal);
  return leases.map(({ runId }) => runId);
}

async function start(agentId = '', runId = ''): Promise<string> {
  const { reporting } = plane.services;
  return (
    await reportFact(reporting, agentId, { runId, token: 1, claimant: 'c', fact: { kind: 'starting' } })
  ).kind;
}

async function end(agentId = '', runId = '', code = 0): Promise<void> {
  const { reporting } = plane.services;
  await start(agentId, runId);
  const fact = { kind: 'ended', reason: { kind: 'exited', code }, log: null, result: null } as const;
  await reportFact(reporting, agentId, { runId, token: 1, claimant: 'c', fact });
}

/** One look of the background at the groups. */
async function tend(): Promise<void> {
  const { store, notifier, clock } = plane.services;
  await new Reconciler({ ...store, notifier, clock }).tick();
}

const make = (more: object = {}, run: object = {}): Promise<Group> =>
  call<Group>('POST', '/v1/groups', { run: { command: ['true'], pool: 'lab', ...run }, ...more }, 201);

it('makes one run for each agent, and says how each fared', async () => {
  const [a1, a2] = await agents('a1', 'a2');
  const group = await make();
  expect(group.runs.map(({ agentName, status }) => [agentName, status])).toEqual([
    ['a1', 'queued'],
    ['a2', 'queued'],
  ]);
  await end(a1, (await poll(a1))[0]);
  await end(a2, (await poll(a2))[0], 3);
  const over = await call<Group>('GET', `/v1/groups/${group.id}?wait=10s`);
  expect([over.ended, over.exitCode, over.counts]).toEqual([true, 3, { succeeded: 1, failed: 1 }]);
});

it('goes to agents with the labels only, and leaves those that join later alone', async () => {
  await agents('a1', 'b1');
  const group = await make({}, { labels: { kind: 'a' } });
  expect(group.runs.map(({ agentName }) => agentName)).toEqual(['a1']);
  const [a2] = await agents('a2');
  expect(await poll(a2)).toEqual([]);
  expect((await call<Group>('GET', `/v1/groups/${group.id}`)).runs).toHaveLength(1);
});

it('is made once for one Idempotency-Key', async () => {
  await agents('a1');
  const send = (command: string) =>
    plane.ask('POST', '/v1/groups', {
      key: plane.admin,
      body: { run: { command: [command], pool: 'lab' } },
      headers: { 'idempotency-key': 'k' },
    });
  const [first, again] = [await send('true'), await send('true')];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(await first.json()).toEqual(await again.json());
  expect((await send('false')).status).toBe(409);
});

it.each([
  [{ run: { command: ['x'], pool: 'lab', agent: 'a1' } }, 'leave out the one'],
  [{ run: { command: ['x'], pool: 'lab', tty: { rows: 1, columns: 1 } } }, 'no terminal'],
  [{ run: { command: ['x'], pool: 'lab', stdin: 'stream' } }, 'with the request'],
  [{ run: { command: ['x'], pool: 'lab', labels: { kind: 'z' } } }, 'has the labels kind=z'],
  [{ run: { command: ['x'], pool: 'none' } }, 'there is no pool none'],
  [{ run: { command: ['x'], pool: 'lab' }, atOnce: 0 }, 'at least 1'],
  [{ run: { command: ['x'], pool: 'lab' }, maxFailures: -1 }, 'at least 0'],
  [{ run: { pool: 'lab' } }, 'give either'],
])('refuses %j with a sentence, and makes nothing', async (body, words) => {
  await agents('a1');
  const answer = await plane.ask('POST', '/v1/groups', { key: plane.admin, body });
  const { error } = (await answer.json()) as { error: { message: string } };
  expect([answer.status, error.message]).toEqual([400, expect.stringContaining(words)]);
  expect((await call<Answer<'listGroups'>>('GET', '/v1/groups')).groups).toEqual([]);
  expect((await call<Answer<'listRuns'>>('GET', '/v1/runs')).runs).toEqual([]);
});

it('is refused in an empty pool with what to do', async () => {
  const body = { run: { command: ['x'], pool: 'lab' } };
  const answer = await plane.ask('POST', '/v1/groups', { key: plane.admin, body });
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining('errand pool token lab'),
  ]);
});

it('is seen by its owner only, and changed by those who may', async () => {
  await agents('a1');
  const [mine, other, viewer] = [
    await plane.key({ owner: 'acme' }),
    await plane.key({ owner: 'beta' }),
    await plane.key({ owner: 'acme', role: 'viewer' }),
  ];
  const body = { run: { command: ['x'], pool: 'lab' } };
  const made = (await (await plane.ask('POST', '/v1/groups', { key: mine, body })).json()) as Group;
  const path = `/v1/groups/${made.id}`;
  const statuses = async (key: string) => [
    (await plane.ask('GET', path, { key })).status,
    (await plane.ask('POST', `${path}/cancel`, { key, body: {} })).status,
  ];
  expect(await statuses(other)).toEqual([404, 404]);
  expect((await statuses(viewer))[0]).toBe(200);
  expect((await statuses(viewer))[1]).toBe(403);
  const listed = (await (
    await plane.ask('GET', '/v1/groups', { key: other })
  ).json()) as Answer<'listGroups'>;
  expect(listed.groups).toEqual([]);
  expect(await statuses(mine)).toEqual([200, 200]);
});

it('begins no more than may be held at once', async () => {
  const [a1, a2] = await agents('a1', 'a2');
  const { id } = await make({ atOnce: 1 });
  const [first] = await poll(a1);
  expect(await poll(a2)).toEqual([]);
  const { runs } = await call<Group>('GET', `/v1/groups/${id}`);
  expect(runs[1]?.why).toContain('1 run of its group is running, and there may be 1 at once');
  await end(a1, first);
  expect(await poll(a2)).toHaveLength(1);
});

it('ends what waits once too many have failed, says why, and keeps the exit status of those', async () => {
  const [a1, a2] = await agents('a1', 'a2', 'a3');
  const { id } = await make({ atOnce: 1, maxFailures: 0 });
  await end(a1, (await poll(a1))[0], 9);
  expect(await poll(a2)).toEqual([]);
  await tend();
  const over = await call<Group>('GET', `/v1/groups/${id}`);
  expect([over.ended, over.exitCode, over.counts]).toEqual([true, 9, { failed: 1, canceled: 2 }]);
  expect(over.runs[2]?.end?.sentence).toContain('1 runs of its group failed, and more than 0 were too many');
});

it('ends every run when it is canceled, also one that stands at the door', async () => {
  const [a1, a2] = await agents('a1', 'a2', 'a3');
  const { id } = await make();
  const [running, leased] = [(await poll(a1))[0], (await poll(a2))[0]];
  await start(a1, running);
  const canceled = await call<Group>('POST', `/v1/groups/${id}/cancel`, {});
  expect(canceled.counts).toEqual({ canceling: 1, canceled: 2 });
  expect(await start(a2, leased)).toBe('superseded');
  await call('POST', `/v1/groups/${id}/cancel`, {});
  await end(a1, running);
  expect((await call<Group>('GET', `/v1/groups/${id}?wait=5s`)).ended).toBe(true);
});
