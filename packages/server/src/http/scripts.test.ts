import { createHash } from 'node:crypto';
import type { ErrorBody, Lease, Run, Script } from '@errand/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ask, openPlane, type TestPlane } from '../../test/plane.ts';
import { joinWorker, type Worker } from '../../test/worker.ts';

let plane: TestPlane;
let worker: Worker;

beforeEach(async () => {
  plane = await openPlane();
  worker = await joinWorker(plane);
});
afterEach(async () => {
  await plane[Symbol.asyncDispose]();
});

const ask = (method: string, path: string, more: Ask = {}): Promise<Response> =>
  plane.ask(method, path, { key: plane.admin, ...more });

async function errorOf(answer: Response): Promise<ErrorBody['error']> {
  return ((await answer.json()) as ErrorBody).error;
}

async function set(name: string, body: object, more: Ask = {}): Promise<Script> {
  const answer = await ask('PUT', `/v1/scripts/${name}`, { body, ...more });
  expect([answer.status, answer.status === 200 ? '' : await errorOf(answer)]).toEqual([200, '']);
  return (await answer.json()) as Script;
}

async function call(script: unknown, args: object, more: Ask & { readonly run?: object } = {}): Promise<Run> {
  const answer = await ask('POST', '/v1/runs', { body: { script, args, pool: 'lab', ...more.run }, ...more });
  expect([answer.status, answer.status === 201 ? '' : await errorOf(answer)]).toEqual([201, '']);
  return (await answer.json()) as Run;
}

async function only(leases: Promise<readonly Lease[]>): Promise<Lease> {
  const all = await leases;
  expect(all).toHaveLength(1);
  return all[0] as Lease;
}

const seen = async (id: string, more: Ask = {}): Promise<Run> =>
  (await (await ask('GET', `/v1/runs/${id}`, more)).json()) as Run;

const PING = {
  description: 'asks a host',
  command: ['ping', '-c{count}', '{hosts...}', '--mark={mark}'],
  parameters: {
    properties: {
      count: { type: 'integer', minimum: 1, default: 3 },
      hosts: { type: 'array', items: { type: 'string' } },
      mark: { type: 'string' },
    },
    required: ['hosts'],
  },
};

describe('a script', () => {
  test('is registered, shown, listed, replaced and forgotten', async () => {
    const first = await set('ping', PING);
    expect(first).toMatchObject({
      name: 'ping',
      kind: 'command',
      owner: null,
      command: PING.command,
      origin: 'registered',
    });
    expect(await set('ping', PING)).toMatchObject({ sha256: first.sha256 });
    const second = await set('ping', { ...PING, description: 'other' });
    expect(second.sha256).not.toBe(first.sha256);
    expect(await (await ask('GET', '/v1/scripts/ping')).json()).toEqual({ ...second, module: null });
    expect(await (await ask('GET', '/v1/scripts')).json()).toEqual({ scripts: [second] });
    expect((await ask('DELETE', '/v1/scripts/ping')).status).toBe(204);
    expect((await ask('DELETE', '/v1/scripts/ping')).status).toBe(404);
    expect((await ask('GET', '/v1/scripts/ping')).status).toBe(404);
  });

  const bad: readonly (readonly [string, object, string])[] = [
    ['nothing to execute', {}, 'either a command, a shell text or a module'],
    ['two things to execute', { command: ['a'], shell: 'b' }, 'either a command'],
    ['an unknown field', { command: ['a'], comand: 1 }, 'comand'],
    [
      'parameters of a list',
      { command: ['a'], parameters: { type: 'array' } },
      'parameters.type: must be object',
    ],
    [
      'a name that is no flag',
      { command: ['a'], parameters: { properties: { 'a b': {} } } },
      'begins with a letter',
    ],
    ['a name of every object', { command: ['a'], parameters: '{"properties":{"__proto__":{}}}' }, ''],
    [
      'two names for one variable',
      { command: ['a'], parameters: { properties: { 'a-b': {}, a_b: {} } } },
      'ARG_A_B',
    ],
    ['a hole that is no parameter', { command: ['a', '{b}'] }, '{b} names no parameter (there are: none)'],
    [
      'a program that is a parameter',
      { command: ['{a}'], parameters: { properties: { a: {} } } },
      'program cannot be',
    ],
    [
      'a secret in a command line',
      { command: ['a', '{b}'], parameters: { properties: { b: { type: 'string', writeOnly: true } } } },
      'ARG_B',
    ],
    [
      'a secret that is no text',
      { shell: 'a', parameters: { properties: { b: { writeOnly: true } } } },
      'type: string',
    ],
    [
      'a schema that is none',
      { command: ['a'], parameters: { properties: { b: { type: 'x' } } } },
      'no JSON Schema',
    ],
    [
      'a schema elsewhere',
      { command: ['a'], parameters: { $ref: 'http://127.0.0.1:1/' } },
      'nothing is fetched',
    ],
    [
      'a result of a schema elsewhere',
      { command: ['a'], result: { schema: { $ref: 'x.json' } } },
      'result.schema',
    ],
    ['a returned value of a command', { command: ['a'], result: { from: 'return' } }, 'only a module'],
    ['a gauge without an end', { command: ['a'], result: { view: { kind: 'gauge' } } }, 'result.view.max'],
    [
      'a gauge upside down',
      { command: ['a'], result: { view: { kind: 'gauge', min: 5, max: 1 } } },
      'more than min',
    ],
    [
      'a huge schema',
      { command: ['a'], parameters: { description: 'x'.repeat(70_000) } },
      'at most 65536 bytes',
    ],
    ['another name', { name: 'pong', command: ['a'] }, 'let both be the same'],
  ];
  test.each(bad)('with %s is refused with a sentence and not kept', async (_, body, sentence) => {
    const answer = await ask('PUT', '/v1/scripts/ping', { body });
    expect([answer.status, (await errorOf(answer)).message]).toEqual([
      400,
      expect.stringContaining(sentence),
    ]);
    expect((await ask('GET', '/v1/scripts/ping')).status).toBe(404);
  });

  test.each(['..%2F..%2Fx', '.hidden', 'A', 'a b', 'a.b', '%00', 'x'.repeat(64), '-a', 'constructor.x'])(
    'cannot be named %s, nor be looked for under it',
    async (name) => {
      for (const [method, body] of [['PUT', { command: ['a'] }], ['GET'], ['DELETE']] as const)
        expect([400, 404]).toContain((await ask(method, `/v1/scripts/${name}`, body && { body })).status);
      const run = await ask('POST', '/v1/runs', { body: { script: decodeURIComponent(name) } });
      expect(run.status).toBe(400);
      expect(await (await ask('GET', '/v1/scripts')).json()).toEqual({ scripts: [] });
    },
  );

  test('of one owner is nobody else’s, and the nearest one of a name is called', async () => {
    const team = await plane.key({ role: 'service', owner: 'acme' });
    const ada = await plane.key({ owner: 'acme/ada' });
    const bob = await plane.key({ owner: 'acme/bob' });
    const other = await plane.key({ owner: 'other' });
    await set('who', { shell: 'everybody' });
    await set('who', { shell: 'team' }, { key: team });
    await set('who', { shell: 'ada' }, { key: ada });
    const who = async (key: string) => (await call('who', {}, { key })).shell;
    expect([await who(ada), await who(bob), await who(other)]).toEqual(['ada', 'team', 'everybody']);
    const run = await call('who', {}, { key: team, run: { owner: 'acme/ada' } });
    expect(run.shell).toBe('ada');
    const owners = async (key: string) => {
      const { scripts } = (await (await ask('GET', '/v1/scripts', { key })).json()) as { scripts: Script[] };
      return scripts.map(({ owner }) => owner);
    };
    expect(await owners(ada)).toEqual([null, 'acme', 'acme/ada']);
    expect(await owners(other)).toEqual([null]);
    expect((await ask('GET', '/v1/scripts/who?owner=acme', { key: other })).status).toBe(404);
    for (const owner of [null, 'other', 'acme']) {
      const body = { shell: 'x', owner };
      expect((await ask('PUT', '/v1/scripts/who', { key: ada, body })).status).toBe(403);
    }
    expect((await ask('DELETE', '/v1/scripts/who?owner=', { key: ada })).status).toBe(403);
    expect((await ask('DELETE', '/v1/scripts/who', { key: ada })).status).toBe(204);
    expect(await who(ada)).toBe('team');
    const viewer = await plane.key({ role: 'viewer' });
    expect((await ask('PUT', '/v1/scripts/who', { key: viewer, body: { shell: 'x' } })).status).toBe(403);
  });
});

describe('a call', () => {
  test('makes one argument of one value, fills in defaults, and tells the command all by its environment', async () => {
    await set('ping', { ...PING, env: { A: 'script', B: 'script' }, timeout: '5s' });
    const evil = '$(touch /tmp/x); `id` "';
    const run = await call('ping', { hosts: ['a b', evil] }, { run: { env: { B: 'caller' } } });
    const args = { hosts: ['a b', evil], count: 3 };
    expect(run).toMatchObject({
      command: ['ping', '-c3', 'a b', evil],
      script: { name: 'ping', args, source: 'central' },
      timeoutMs: 5_000,
    });
    const lease = await only(worker.poll());
    expect(lease.argv).toEqual(run.command);
    expect(lease.env).toMatchObject({
      A: 'script',
      B: 'caller',
      ARG_COUNT: '3',
      ARG_HOSTS: JSON.stringify(args.hosts),
    });
    expect(JSON.parse(lease.env['ERRAND_ARGS'] ?? '')).toEqual(args);
    expect(lease.script).toMatchObject({ name: 'ping', args, source: 'command', text: null, result: null });
  });

  test('that does not fit has every fault named and makes no run', async () => {
    await set('ping', PING);
    const answer = await ask('POST', '/v1/runs', {
      body: { script: 'ping', pool: 'lab', args: { count: 0, coutn: 1 } },
    });
    const error = await errorOf(answer);
    expect(answer.status).toBe(400);
    const { fields: faults } = error.details as { fields: { field: string }[] };
    const fields = faults.map(({ field }) => field);
    expect(fields.toSorted()).toEqual(['args.count', 'args.coutn', 'args.hosts']);
    expect(error.message).toContain('args.hosts: is missing');
    expect(error.message).toContain('the script takes count, hosts, mark');
    expect(await worker.poll()).toEqual([]);
  });

  test.each([
    [{ script: 'none' }, 'there is no script none; known scripts: ping'],
    [{ script: '../../x' }, 'script'],
    [{ script: { name: 'ping', sha256: 'f'.repeat(64) }, args: { hosts: [] } }, 'has changed'],
    [{ script: 'ping', args: { hosts: ['a\0b'] } }, 'NUL'],
    [{ script: 'ping', args: { hosts: ['\ud800'] } }, 'Unicode'],
    [{ script: 'ping', args: { hosts: ['x'.repeat(200_000)] } }, 'args: must have at most'],
    [{ script: 'ping', args: [] }, 'args'],
    [{ script: 'ping', command: ['true'] }, 'either command, shell or script'],
    [{ command: ['true'], args: {} }, 'for a script'],
    [{ script: 'ping', args: { hosts: [] }, caller: true }, 'caller'],
  ])('that is not right is refused with a sentence (%#)', async (body, sentence) => {
    await set('ping', PING);
    const answer = await ask('POST', '/v1/runs', { body: { pool: 'lab', ...body } });
    expect([400, 409]).toContain(answer.status);
    expect((await errorOf(answer)).message).toContain(sentence);
  });

  test('cannot bring the prototype of all objects along', async () => {
    await set('any', { shell: 'true', parameters: { additionalProperties: true } });
    const body = '{"script": "any", "pool": "lab", "args": {"x": {"__proto__": {"admin": true}}}}';
    const answer = await ask('POST', '/v1/runs', { body });
    expect([answer.status, (await errorOf(answer)).message]).toEqual([
      400,
      expect.stringContaining('__proto__'),
    ]);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  test('with a secret argument shows its name only, and brings the value to the agent alone', async () => {
    const parameters = {
      properties: { token: { type: 'string', writeOnly: true }, who: { type: 'string' } },
    };
    await set('post', { shell: 'curl', parameters });
    const run = await call('post', { token: 'hunter2!', who: 'ada' });
    expect(run.script).toMatchObject({ args: { who: 'ada' }, secretArgs: ['token'] });
    expect(run.secretEnv).toEqual(['ARG_TOKEN']);
    expect(JSON.stringify(await seen(run.id))).not.toContain('hunter2');
    expect(JSON.stringify(await plane.services.store.runs.get(run.id))).not.toContain('hunter2');
    const lease = await only(worker.poll());
    expect(lease.script?.args).toEqual({ token: 'hunter2!', who: 'ada' });
    expect(lease.env).toMatchObject({ ARG_TOKEN: 'hunter2!', ARG_WHO: 'ada' });
  });

  test('keeps the version that it was submitted with, in a module too', async () => {
    const source = 'export const run = () => 1;\n';
    const { sha256: version } = await set('count', { module: source });
    const sha256 = createHash('sha256').update(source).digest('hex');
    await call('count', {});
    expect((await only(worker.poll([sha256]))).script).toMatchObject({ sha256, text: null });
    const run = await call({ name: 'count', sha256: version }, {});
    await set('count', { module: 'export const run = () => 2;\n' });
    await ask('DELETE', '/v1/scripts/count');
    await plane.services.store.scripts.removeUnusedModules(Date.now() + 1_000_000);
    const lease = await only(worker.poll());
    expect(lease.argv).toEqual([]);
    expect(lease.script).toMatchObject({
      source: 'module',
      sha256,
      text: source,
      result: { from: 'return' },
    });
    expect(await seen(run.id)).toMatchObject({
      command: null,
      shell: null,
      script: { name: 'count', sha256: version },
    });
  });
});

describe('a script that agents offer', () => {
  const sha256 = 'a'.repeat(64);
  const offered = {
    name: 'listdir',
    description: 'what is there',
    parameters: { type: 'object', properties: { dir: { type: 'string' } } },
    result: { from: 'stdout', schema: null, view: { kind: 'json' } },
    sha256,
  } as const;

  test('is in the catalogue while its agent is online, and is called by its name', async () => {
    await worker.offer(offered);
    const listed = (await (await ask('GET', '/v1/scripts')).json()) as { scripts: Script[] };
    expect(listed.scripts).toMatchObject([
      { name: 'listdir', kind: 'offered', origin: 'agents', pool: 'lab' },
    ]);
    const answer = await ask('POST', '/v1/runs', { body: { script: 'listdir', args: { dir: '/' } } });
    const run = (await answer.json()) as Run;
    expect(run).toMatchObject({
      pool: 'lab',
      script: { source: 'offered', sha256: null },
      resultView: { kind: 'json' },
    });
    const lease = await only(worker.poll());
    expect(lease.script).toMatchObject({
      source: 'offered',
      name: 'listdir',
      sha256: null,
      args: { dir: '/' },
    });
    await worker.offer();
    expect(await (await ask('GET', '/v1/scripts')).json()).toEqual({ scripts: [] });
  });

  test('is pinned where the caller says which file it means', async () => {
    await worker.offer(offered);
    await call({ name: 'listdir', sha256 }, {});
    expect((await only(worker.poll())).script?.sha256).toBe(sha256);
    const body = { script: { name: 'listdir', sha256: 'b'.repeat(64) }, args: {} };
    const answer = await ask('POST', '/v1/runs', { body });
    expect((await errorOf(answer)).message).toContain(
      'in the version bbbbbbbbbbbb; these offer it: one in lab (aaaaaaaaaaaa)',
    );
  });

  test('has its arguments checked, and no environment or folder of the caller’s', async () => {
    await worker.offer(offered);
    for (const [more, sentence] of [
      [{ args: { dir: 1 } }, 'args.dir: must be a text'],
      [{ env: { LD_PRELOAD: 'x' } }, 'env: cannot be given'],
      [{ secretEnv: { NODE_OPTIONS: '--require=/tmp/x.js' } }, 'secretEnv: cannot be given'],
      [{ cwd: '/' }, 'cwd: cannot be given'],
      [{ pool: 'local' }, 'no agent that may take this run offers'],
    ] as const) {
      const answer = await ask('POST', '/v1/runs', { body: { script: 'listdir', ...more } });
      expect([answer.status, (await errorOf(answer)).message]).toEqual([
        400,
        expect.stringContaining(sentence),
      ]);
    }
  });

  test('goes to an agent that offers it, and asks for the pool where several have it', async () => {
    const empty = await joinWorker(plane, 'lab', 'two');
    await worker.offer(offered);
    await call('listdir', {});
    expect(await empty.poll()).toEqual([]);
    await only(worker.poll());
    await empty.offer({ ...offered, sha256: 'c'.repeat(64) });
    await call({ name: 'listdir', sha256 }, {});
    expect(await empty.poll()).toEqual([]);
    await only(worker.poll());
    await empty.offer();
    const far = await joinWorker(plane, 'far', 'three');
    await far.offer(offered);
    const answer = await ask('POST', '/v1/runs', { body: { script: 'listdir' } });
    expect((await errorOf(answer)).message).toContain(
      'agents of several pools offer the script listdir: lab, far',
    );
  });

  test('that nobody offers any more is waited for by its name', async () => {
    await worker.offer(offered);
    const { id } = await call({ name: 'listdir', sha256 }, {}, { run: { labels: {} } });
    await worker.offer();
    const run = (await (await ask('GET', `/v1/runs/${id}`)).json()) as Run;
    expect(run.why).toBe(
      'No agent of the pool lab offers the script listdir in the version aaaaaaaaaaaa; errand script ls shows what is offered.',
    );
  });

  test('steps back behind a registered one of the name, unless it is asked for', async () => {
    await worker.offer(offered);
    await set('listdir', { command: ['ls'] });
    expect((await call('listdir', {})).command).toEqual(['ls']);
    expect((await call({ name: 'listdir', source: 'offered' }, {})).script?.source).toBe('offered');
  });
});

describe('a result', () => {
  const rule = {
    schema: { type: 'object', properties: { mbit: { type: 'number' } }, required: ['mbit'] },
    view: { kind: 'gauge', path: 'mbit', max: 1000, unit: 'Mbit/s' },
  };

  async function ended(
    result: Parameters<Worker['end']>[1],
    code = 0,
    script: object = { shell: 'x', result: rule },
  ) {
    await set('speed', script);
    const run = await call('speed', {});
    await worker.end(await only(worker.poll()), result, code);
    return await seen(run.id);
  }

  test('that fits is kept beside the run and shown with its view, in the run but not in lists', async () => {
    const run = await ended({ json: '{"mbit": 93.5, "other": [null]}' });
    expect(run).toMatchObject({
      status: 'succeeded',
      hasResult: true,
      result: { mbit: 93.5, other: [null] },
      resultView: { kind: 'gauge', path: 'mbit', min: 0, max: 1000, unit: 'Mbit/s' },
    });
    const { runs } = (await (await ask('GET', '/v1/runs')).json()) as { runs: Run[] };
    expect(runs[0]).toMatchObject({ hasResult: true });
    expect(runs[0]).not.toHaveProperty('result');
  });

  test.each([
    [{ json: '{"mbit": "fast"}' }, 'mbit: must be a number'],
    [{ json: '{}' }, 'mbit: is missing'],
    [{ json: 'oops' }, 'it is not JSON'],
    [{ json: `"${'x'.repeat(1_100_000)}"` }, 'at most 1048576 are kept'],
    [{ json: '['.repeat(100_000) + ']'.repeat(100_000) }, 'nested more than'],
    [{ problem: 'the file has 100000000 bytes' }, 'the file has 100000000 bytes'],
    [null, 'it reported none'],
  ])('that is no good fails a run that would have succeeded (%#)', async (result, sentence) => {
    const run = await ended(result);
    expect(run).toMatchObject({ status: 'failed', hasResult: false, result: null, exitCode: 125 });
    expect(run.end).toMatchObject({ reason: 'result_invalid', sentence: expect.stringContaining(sentence) });
    expect(run.resultProblem).toContain(sentence);
  });

  test('of a command that failed changes nothing about how it failed', async () => {
    expect(await ended({ json: 'oops' }, 3)).toMatchObject({
      status: 'failed',
      exitCode: 3,
      resultProblem: expect.any(String),
    });
    expect(await ended(null, 3)).toMatchObject({ exitCode: 3 });
    expect(await ended({ json: '{"mbit": 1}' }, 3)).toMatchObject({ exitCode: 3, result: { mbit: 1 } });
  });

  test('may be reported by every run, and any JSON value is one, null among them', async () => {
    expect(await ended({ json: 'null' }, 0, { shell: 'x' })).toMatchObject({
      hasResult: true,
      result: null,
      resultView: null,
    });
    const plain = await ask('POST', '/v1/runs', { body: { command: ['true'], pool: 'lab' } });
    const { id } = (await plain.json()) as Run;
    await worker.end(await only(worker.poll()), { json: '[1]' });
    expect(await seen(id)).toMatchObject({ hasResult: true, result: [1], script: null });
  });

  test('is waited for in the call itself, or as long as asked', async () => {
    await set('speed', { shell: 'x', result: rule });
    const body = { script: 'speed', pool: 'lab' };
    const waiting = ask('POST', '/v1/runs?wait=1m', { body });
    const lease = await only(
      until(
        async () => await worker.poll(),
        (leases) => leases.length > 0,
      ),
    );
    await worker.end(lease, { json: '{"mbit": 7}' });
    const answer = await waiting;
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ status: 'succeeded', result: { mbit: 7 } });
    const early = await ask('POST', '/v1/runs?wait=1ms', { body });
    expect(await early.json()).toMatchObject({ status: 'queued', result: null });
    expect((await ask('POST', '/v1/runs?wait=soon', { body })).status).toBe(400);
  });

  test('of another owner’s run is as unseen as the run', async () => {
    const run = await ended({ json: '{"mbit": 1}' });
    const other = await plane.key({ owner: 'other' });
    expect((await ask('GET', `/v1/runs/${run.id}`, { key: other })).status).toBe(404);
  });
});

async function until<Value>(look: () => Promise<Value>, good: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await look();
    if (good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
