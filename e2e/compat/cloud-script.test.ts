import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Run } from '@errand/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audited } from '../harness/audited.ts';
import { Place } from '../harness/place.ts';
import { look } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { OldScriptClient } from './cloud-script-client.ts';

const CONFIG = `
logLevel: warn
compat:
  cloudScript:
    pool: homes
    scripts:
      - {name: intspd, result: {from: stdout, view: {kind: gauge, path: speedMbps, min: 0, max: 150, unit: Mbps}}}
      - broken
      - hangs
      - missing
`;

const SCRIPTS = {
  intspd: `console.log(JSON.stringify({success: true, speedMbps: 42.5, durationSeconds: 1, error: null}))`,
  broken: `console.log('half'); console.error('no network'); process.exit(3)`,
  hangs: `console.log('begun'); setInterval(() => {}, 1000)`,
  notlisted: `require('fs').writeFileSync(__dirname + '/executed', '')`,
};

let place: Place;
let server: Server;
let folder: string;
let agentKey: string;

beforeAll(async () => {
  place = new Place();
  server = await place.server({ config: CONFIG });
  folder = place.path('scripts');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(SCRIPTS)) writeFileSync(`${folder}/${name}.js`, text);
  const key = await server.sdk().keys.create({ name: 'old clients', role: 'agent', owner: 'homes' });
  agentKey = key.secret;
}, 120_000);
afterAll(() => place[Symbol.asyncDispose]());

interface PostOptions {
  readonly key?: string;
  readonly type?: string;
}

function post(
  path: string,
  body: unknown,
  { key = server.key, type = 'application/json' }: PostOptions = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { authorization: `Bearer ${key}`, ...(type === '' ? {} : { 'content-type': type }) };
  return fetch(`${server.url}/cloud-script/${path}`, { method: 'POST', headers, body: text });
}

function poll(jobId: string, key = server.key): Promise<Response> {
  const headers = { authorization: key };
  return fetch(`${server.url}/cloud-script/results?jobId=${jobId}`, { headers });
}

async function enqueue(name: string): Promise<string> {
  const answer = await post('main', { name });
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { jobId: string }).jobId;
}

async function resultOf(jobId: string): Promise<Record<string, unknown>> {
  return await until(async () => {
    const answer = await poll(jobId);
    return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : null;
  }, `the result of ${jobId}`);
}

function startClient(): OldScriptClient {
  return new OldScriptClient({ url: server.url, token: agentKey, folder, heartbeatMs: 50, limitMs: 1_500 });
}

/** With a client that serves the pool just as long. */
async function servedResult(jobId: string): Promise<Record<string, unknown>> {
  const client = startClient();
  try {
    return await resultOf(jobId);
  } finally {
    await client[Symbol.asyncDispose]();
  }
}

const heartbeat = () => post('client', { status: 'heartbeat' }, { key: agentKey });

describe('an old caller and old clients', () => {
  it('waits for its job, then reads the result as often as it likes', async () => {
    const answer = await post('main', { name: 'intspd' }, { type: 'application/json; charset=utf-8' });
    const accepted = (await answer.json()) as { message: string; jobId: string; statusEndpoint: string };
    expect(answer.status).toBe(202);
    expect(accepted).toEqual({
      message: 'Request accepted for processing.',
      jobId: expect.stringMatching(/^\d{13}-[0-9a-z]+$/),
      statusEndpoint: expect.stringMatching(/\?jobId=/),
    });
    expect((await poll(accepted.jobId)).status).toBe(202);
    await using client = startClient();
    const result = await resultOf(accepted.jobId);
    expect(result).toEqual({
      script: 'intspd',
      jobId: accepted.jobId,
      exitCode: 0,
      stdout: `${JSON.stringify({ success: true, speedMbps: 42.5, durationSeconds: 1, error: null })}\n`,
      stderr: '',
      timestamp: expect.any(String),
    });
    expect(await resultOf(accepted.jobId)).toEqual(result);
    expect(client.ran).toEqual(['intspd']);
  });

  it('leaves a result that a gauge can be drawn from', async () => {
    const jobId = await enqueue('intspd');
    await servedResult(jobId);
    using http = server.http();
    const { runs } = JSON.parse((await http.ask('GET', '/v1/runs?pool=homes&limit=1')).text) as {
      runs: Run[];
    };
    const run = await look(http, runs[0]?.id ?? '');
    expect(run.result).toMatchObject({ speedMbps: 42.5 });
    expect(run.resultView).toMatchObject({ kind: 'gauge', path: 'speedMbps', max: 150 });
  });

  it('sees the true exit status and both streams of a script that fails', async () => {
    const jobId = await enqueue('broken');
    expect(await servedResult(jobId)).toMatchObject({
      exitCode: 3,
      stdout: 'half\n',
      stderr: 'no network\n',
    });
  });

  it('sees -1 and the mark of a script that ran over the limit', async () => {
    const jobId = await enqueue('hangs');
    const result = await servedResult(jobId);
    expect(result).toMatchObject({ exitCode: -1, stdout: 'begun\n' });
    expect(result['stderr']).toMatch(/\[Timeout: process killed\]/);
  });

  it('sees what node says of a script that is not there', async () => {
    const jobId = await enqueue('missing');
    expect(await servedResult(jobId)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Cannot find module'),
    });
  });

  it('may be many: each job is handed out once, the oldest first', async () => {
    const jobs: string[] = [];
    for (let job = 0; job < 12; job++) jobs.push(await enqueue('intspd'));
    const taken: string[] = [];
    for (;;) {
      const answers = await Promise.all([heartbeat(), heartbeat(), heartbeat()]);
      const bodies = await Promise.all(
        answers.map(async (each) => (each.status === 200 ? await each.json() : null)),
      );
      taken.push(...bodies.flatMap((each) => (each === null ? [] : [(each as { jobId: string }).jobId])));
      if (answers.some(({ status }) => status === 204)) break;
    }
    expect(taken.toSorted()).toEqual(jobs);
    expect(new Set(taken).size).toBe(jobs.length);
    expect(taken.slice(0, 3).toSorted()).toEqual(jobs.slice(0, 3));
    // The results of the others do not stand in the way of one.
    const [first] = jobs;
    const last = jobs.at(-1) ?? '';
    for (const jobId of jobs)
      await post(
        `client?jobId=${jobId}`,
        { script: 'intspd', jobId, exitCode: 0, stdout: jobId, stderr: '' },
        { key: agentKey },
      );
    expect(await resultOf(last)).toMatchObject({ jobId: last, stdout: last });
    expect(await resultOf(first ?? '')).toMatchObject({ jobId: first });
  });

  it('says with 204 that there is nothing', async () => {
    const answer = await heartbeat();
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  it('takes a burst of a thousand jobs', async () => {
    const ids = new Set(await Promise.all(Array.from({ length: 1_000 }, () => enqueue('intspd'))));
    expect(ids.size).toBe(1_000);
    using http = server.http();
    const pools = JSON.parse((await http.ask('GET', '/v1/pools')).text) as {
      pools: { name: string; queued: number }[];
    };
    expect(pools.pools.find(({ name }) => name === 'homes')?.queued).toBe(1_000);
  });

  it('counts the first result of a job, whatever comes later', async () => {
    const answer = await until(async () => {
      const taken = await heartbeat();
      return taken.status === 200 ? taken : null;
    }, 'a job');
    const { jobId } = (await answer.json()) as { jobId: string };
    for (const stdout of ['first', 'second and longer'])
      expect(
        (await post(`client?jobId=${jobId}`, { exitCode: 0, stdout, stderr: '' }, { key: agentKey })).status,
      ).toBe(200);
    expect(await resultOf(jobId)).toMatchObject({ stdout: 'first' });
  });
});

describe('bad input', () => {
  it.each([
    ['no JSON', '{', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['nothing', '', 'application/json'],
    ['another type', '{"name":"intspd"}', 'text/plain'],
    ['no name', '{}', 'application/json'],
    ['a name that is none', '{"name":5}', 'application/json'],
    ['a path', '{"name":"../../x"}', 'application/json'],
    ['a name with a separator', '{"name":"a/b"}', 'application/json'],
    ['a name that begins with a dot', '{"name":".x"}', 'application/json'],
    ['a script that is not on the list', '{"name":"notlisted"}', 'application/json'],
  ])('%s makes no job', async (_, body, type) => {
    const answer = await post('main', body, { type });
    const said = (await answer.json()) as { message: string };
    expect([answer.status, Object.keys(said)]).toEqual([400, ['message']]);
    expect(said.message).not.toMatch(/ at .*:\d+/);
    expect(existsSync(`${folder}/executed`)).toBe(false);
  });

  it('is refused of clients too', async () => {
    const asAgent = { key: agentKey };
    for (const [path, body] of [
      ['client', '{'],
      ['client', { something: 'else' }],
      ['client?jobId=', { exitCode: 0 }],
    ] as const)
      expect((await post(path, body, asAgent)).status).toBe(400);
    expect((await post('client?jobId=1790000000123-0000000000000000', { exitCode: 0 }, asAgent)).status).toBe(
      404,
    );
    expect((await fetch(`${server.url}/cloud-script/client`)).status).toBe(405);
  });

  it('is a missing or wrong key on every address', async () => {
    for (const path of ['main', 'client']) {
      expect((await post(path, { name: 'intspd' }, { key: 'wrong' })).status).toBe(401);
      expect((await fetch(`${server.url}/cloud-script/${path}`, { method: 'POST' })).status).toBe(401);
    }
    expect((await poll('1-2', 'wrong')).status).toBe(401);
    const { secret } = await server.sdk().keys.create({ name: 'm', role: 'member', owner: 'acme' });
    expect((await post('client', { status: 'heartbeat' }, { key: secret })).status).toBe(403);
  });

  it('is somebody else’s job', async () => {
    const jobId = await enqueue('intspd');
    const { secret } = await server.sdk().keys.create({ name: 'm', role: 'member', owner: 'acme' });
    expect((await poll(jobId, secret)).status).toBe(404);
    expect((await audited(server, 'createRun')).at(0)).toEqual([
      expect.stringMatching(/^run_/),
      'done',
      'first',
    ]);
  });
});
