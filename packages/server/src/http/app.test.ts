import type { ErrorBody, Run } from '@errand/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ask, openPlane, type TestPlane } from '../../test/plane.ts';

let plane: TestPlane;

beforeEach(async () => {
  plane = await openPlane();
});
afterEach(async () => {
  await plane[Symbol.asyncDispose]();
});

const ask = (method: string, path: string, more: Ask = {}): Promise<Response> =>
  plane.ask(method, path, { key: plane.admin, ...more });

async function submit(body: object = {}, more: Ask = {}): Promise<Run> {
  const answer = await ask('POST', '/v1/runs', { body: { command: ['true'], ...body }, ...more });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Run;
}

async function errorOf(answer: Response): Promise<ErrorBody['error']> {
  return ((await answer.json()) as ErrorBody).error;
}

describe('a submission that is not right', () => {
  const big = 'x'.repeat(100_000);
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['malformed JSON', '{"command": [', 'not JSON'],
    ['an unknown field', { command: ['true'], comand: [] }, 'comand'],
    ['an empty argv', { command: [] }, 'must name a program'],
    ['an empty program', { command: [''] }, 'must name a program'],
    ['NUL in an argument', { command: ['echo', 'a\0b'] }, 'NUL'],
    ['half a surrogate pair', { command: ['echo', '\ud800'] }, 'Unicode'],
    ['neither command nor shell', {}, 'command, shell or script'],
    ['both command and shell', { command: ['true'], shell: 'true' }, 'command, shell or script'],
    ['a variable with = in its name', { command: ['true'], env: { 'A=B': 'c' } }, 'env'],
    [
      '2 MB of environment',
      { command: ['true'], env: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`V${i}`, big])) },
      'env',
    ],
    ['one variable too large for any program', { command: ['true'], env: { V: big + big } }, 'env'],
    ['one argument too large for any program', { command: ['true', big + big] }, 'command'],
    ['a relative folder', { command: ['true'], cwd: 'here' }, 'absolute'],
    ['an unknown pool', { command: ['true'], pool: 'nowhere' }, 'known pools: lab, local'],
    ['an unknown agent', { command: ['true'], pool: 'lab', agent: 'nobody' }, 'nobody'],
    ['a time-out without a unit', { command: ['true'], timeout: '5' }, 'timeout'],
    ['a time-out that is a number', { command: ['true'], timeout: 5 }, 'timeout'],
    ['a negative log size', { command: ['true'], maxLog: -1 }, 'maxLog'],
    ['too many retries', { command: ['true'], retry: { attempts: 1_000 } }, 'retry'],
    ['control characters in a name', { command: ['true'], name: 'a\u001b[2J' }, 'name'],
    ['an owner that is no path', { command: ['true'], owner: '../x' }, 'owner'],
    ['a list', [1, 2], 'body'],
    ['null', 'null', 'body'],
    [
      'bytes that are not UTF-8',
      Buffer.from([...Buffer.from('{"shell": "echo '), 0xff, 0x22, 0x7d]),
      'UTF-8',
    ],
  ];

  test.each(cases)('with %s is refused with a sentence and changes nothing', async (_what, body, hint) => {
    const answer = await ask('POST', '/v1/runs', { body });
    const error = await errorOf(answer);
    expect([answer.status, error.code]).toEqual([400, 'invalid']);
    expect(error.message).toContain(hint);
    expect(error.requestId).toMatch(/^req_/);
    expect((await (await ask('GET', '/v1/runs')).json()) as object).toMatchObject({ runs: [] });
  });

  const sentences: readonly (readonly [unknown, string])[] = [
    [{ command: 'ls' }, 'command: must be a list, not a text'],
    [{ command: ['ls'], timeout: 5 }, 'timeout: must be a text, not a number'],
    [{ command: ['ls'], timeout: '0s' }, 'timeout: must be more than nothing'],
    [{ command: ['ls'], maxLog: 0 }, 'maxLog: must be at least 1 byte'],
    [{ command: ['ls'], stdin: 5 }, 'stdin: must be "stream", {"text": ...} or {"base64": ...}'],
    [{ command: ['ls'], tty: { rows: 5 } }, 'tty.columns: is missing; it must be a number'],
    [{ command: ['ls'], env: { 'A=B': '' } }, 'env.A=B: must be a name without = and NUL'],
    [{ command: ['ls'], tags: [''] }, 'tags.0: must not be empty'],
    [{ command: ['ls'], priority: 2_000 }, 'priority: must be at most 1000'],
    [{ command: ['ls'], retry: { attempts: 1, on: ['rain'] } }, 'retry.on.0: must be one of failed, '],
    [{ command: ['ls'], retry: { times: 3, attempts: 1 } }, 'retry: has no field times; it takes attempts, '],
    [[], 'body: must be an object, not a list'],
  ];

  test.each(sentences)('%j is told what would be right', async (body, sentence) => {
    expect((await errorOf(await ask('POST', '/v1/runs', { body }))).message).toContain(sentence);
  });

  test('of more than 4 MiB is too large, whether it says its length or not', async () => {
    const body = `{"command": ["${'x'.repeat(5_000_000)}"]}`;
    expect((await ask('POST', '/v1/runs', { body })).status).toBe(413);
    const told = { body: '{}', headers: { 'content-length': '99999999' } };
    expect((await ask('POST', '/v1/runs', told)).status).toBe(413);
  });
});

describe('a submission', () => {
  test('is answered with the run, queued', async () => {
    const run = await submit({
      shell: 'echo hi',
      command: undefined,
      tags: ['a', 'a', 'b'],
      name: 'greet',
      env: { 'a.b': '' },
    });
    expect(run).toMatchObject({
      status: 'queued',
      shell: 'echo hi',
      tags: ['a', 'b'],
      env: { 'a.b': '' },
      exitCode: null,
    });
  });

  test('with the same Idempotency-Key makes one run', async () => {
    const headers = { 'idempotency-key': 'once' };
    const [first, second] = [await submit({}, { headers }), await submit({}, { headers })];
    expect(second.id).toBe(first.id);
  });

  test('with an Idempotency-Key of another request is a conflict', async () => {
    const headers = { 'idempotency-key': 'once' };
    await submit({}, { headers });
    const answer = await ask('POST', '/v1/runs', { headers, body: { command: ['false'] } });
    expect([answer.status, (await errorOf(answer)).code]).toEqual([409, 'conflict']);
  });

  test('never shows a secret variable again', async () => {
    const run = await submit({ secretEnv: { TOKEN: 'do-not-tell' } });
    const shown = await (await ask('GET', `/v1/runs/${run.id}`)).text();
    expect(shown).not.toContain('do-not-tell');
    expect(JSON.parse(shown)).toMatchObject({ secretEnv: ['TOKEN'] });
  });

  test('refuses secrets that cannot be masked, with a sentence that does not show them', async () => {
    const body = { command: ['true'], secretEnv: { PIN: 'zq42', OTHER: 'localhost', GOOD: 'do-not-tell' } };
    const answer = await ask('POST', '/v1/runs', { body });
    expect(answer.status).toBe(400);
    const text = await answer.text();
    expect(text).toMatch(/secretEnv\.PIN: has 4 characters; under 8/);
    expect(text).toMatch(/secretEnv\.OTHER: is a common word/);
    expect(text).not.toMatch(/zq42|localhost|GOOD/);
  });

  test('says why it is not served', async () => {
    const run = await submit({ pool: 'lab' });
    const shown = (await (await ask('GET', `/v1/runs/${run.id}`)).json()) as Run;
    expect(shown.why).toContain('errand pool token lab');
  });
});

describe('keys', () => {
  test('a wrong, a malformed and a missing key say the same', async () => {
    const answers = await Promise.all([
      plane.ask('GET', '/v1/runs', { key: 'err_wrong' }),
      plane.ask('GET', '/v1/runs', { headers: { authorization: 'Basic x' } }),
      plane.ask('GET', '/v1/runs'),
    ]);
    const messages = await Promise.all(answers.map(errorOf));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(messages.map(({ message }) => message)).size).toBe(1);
  });

  test('what a key holds open ends with its time', async () => {
    const key = await plane.key({ expiresInMs: 300 });
    const { body } = await plane.ask('GET', '/v1/events', { key });
    expect(await Array.fromAsync(body ?? [])).not.toEqual([]);
    expect((await plane.ask('GET', '/v1/events', { key })).status).toBe(401);
  });

  test('a revoked key ends at once, an expired one too', async () => {
    const made = await ask('POST', '/v1/keys', { body: { name: 'x', role: 'member', owner: 'acme' } });
    const { id, secret } = (await made.json()) as { id: string; secret: string };
    expect((await plane.ask('GET', '/v1/runs', { key: secret })).status).toBe(200);
    expect((await ask('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    expect((await plane.ask('GET', '/v1/runs', { key: secret })).status).toBe(401);
    const expired = await plane.key({ expiresInMs: -1 });
    expect((await plane.ask('GET', '/v1/runs', { key: expired })).status).toBe(401);
  });

  test('are never shown again, and not by their hash either', async () => {
    const list = await (await ask('GET', '/v1/keys')).text();
    expect(list).not.toContain(plane.admin);
    expect(list).not.toMatch(/[0-9a-f]{64}/);
  });

  test('somebody else’s run is not there, whatever one asks of it', async () => {
    const run = await submit({ owner: 'acme/user-7', pool: 'lab' });
    const stranger = await plane.key({ owner: 'acme/user-8' });
    const asked = [
      ['GET', `/v1/runs/${run.id}`],
      ['GET', `/v1/runs/${run.id}/log`],
      ['POST', `/v1/runs/${run.id}/cancel`],
      ['POST', `/v1/runs/${run.id}/retry`],
      ['POST', `/v1/runs/${run.id}/input`],
    ] as const;
    const unknown = await plane.ask('GET', '/v1/runs/run_00000000000000000000000000', { key: stranger });
    for (const [method, path] of asked) {
      const answer = await plane.ask(method, path, { key: stranger });
      expect([method, path, answer.status]).toEqual([method, path, 404]);
      expect((await errorOf(answer)).message).toBe((await errorOf(unknown.clone())).message);
    }
    expect(await (await plane.ask('GET', '/v1/runs', { key: stranger })).json()).toMatchObject({ runs: [] });
  });

  test('a team’s service key acts for its users, a viewer only looks, a member stays with itself', async () => {
    const service = await plane.key({ role: 'service', owner: 'acme' });
    const run = await submit({ owner: 'acme/user-7', pool: 'lab' }, { key: service });
    const viewer = await plane.key({ role: 'viewer', owner: 'acme' });
    expect((await plane.ask('GET', `/v1/runs/${run.id}`, { key: viewer })).status).toBe(200);
    const refused = await plane.ask('POST', `/v1/runs/${run.id}/cancel`, { key: viewer });
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining(
        'the role viewer may not do this, only one with the role admin or member or service',
      ),
    ]);
    const member = await plane.key({ owner: 'acme/user-8' });
    const body = { command: ['true'], owner: 'acme/user-7', pool: 'lab' };
    expect((await plane.ask('POST', '/v1/runs', { key: member, body })).status).toBe(403);
  });

  test('the server’s own machine serves admins only', async () => {
    const member = await plane.key({});
    const answer = await plane.ask('POST', '/v1/runs', { key: member, body: { command: ['true'] } });
    expect([answer.status, (await errorOf(answer)).message]).toEqual([
      403,
      expect.stringContaining('admin keys only'),
    ]);
  });

  test('no key makes one that may do more than itself', async () => {
    const member = await plane.key({});
    for (const body of [
      { name: 'x', role: 'admin' },
      { name: 'x', role: 'service' },
      { name: 'x', owner: 'other' },
    ]) {
      expect((await plane.ask('POST', '/v1/keys', { key: member, body })).status).toBe(403);
    }
    expect((await plane.ask('POST', '/v1/keys', { key: member, body: { name: 'x' } })).status).toBe(201);
  });

  test('a key that would be over at once is not made', async () => {
    const answer = await ask('POST', '/v1/keys', { body: { name: 'x', expiresIn: '0s' } });
    expect((await errorOf(answer)).message).toContain('expiresIn: must be more than nothing');
  });

  test('what a key with an end makes ends by then', async () => {
    for (const role of ['member', 'admin'] as const) {
      const ending = await plane.key({ role, expiresInMs: 3_600_000 });
      const make = async (more: object): Promise<Response> =>
        await plane.ask('POST', '/v1/keys', { key: ending, body: { name: 'x', ...more } });
      for (const more of [{}, { expiresIn: '2h' }]) {
        const refused = await make(more);
        expect([refused.status, (await errorOf(refused)).message]).toEqual([
          403,
          expect.stringContaining('may not make one that ends later; give expiresIn'),
        ]);
      }
      expect((await make({ expiresIn: '59m' })).status).toBe(201);
    }
  });

  test('the key of an agent opens nothing but the protocol of agents', async () => {
    const agent = await plane.key({ role: 'agent', owner: 'agents' });
    for (const path of ['/v1/runs', '/v1/keys', '/v1/pools', '/v1/events', '/v1/whoami']) {
      expect([path, (await plane.ask('GET', path, { key: agent })).status]).toEqual([path, 403]);
    }
    expect(
      (await ask('POST', '/v1/agent/poll', { body: { agentId: 'x', free: 0, held: [], waitMs: 0 } })).status,
    ).toBe(403);
  });
});

describe('what comes from elsewhere', () => {
  test('a page of another origin is refused, with key and with cookie', async () => {
    const headers = { origin: 'https://evil.example' };
    expect((await ask('GET', '/v1/runs', { headers })).status).toBe(403);
    expect((await ask('POST', '/v1/runs', { headers, body: { command: ['true'] } })).status).toBe(403);
    const cookie = { ...headers, cookie: 'errand=abc' };
    expect(
      (await plane.ask('POST', '/v1/runs', { headers: cookie, body: { command: ['true'] } })).status,
    ).toBe(403);
    // Sessions are other origins of the same site.
    for (const site of ['cross-site', 'same-site']) {
      const image = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
      expect((await ask('GET', '/v1/runs', { headers: image })).status).toBe(403);
      const link = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' };
      expect((await ask('GET', '/v1/runs', { headers: link })).status).toBe(200);
    }
  });

  test('a name that is not ours is misdirected', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '']) {
      expect([host, (await ask('GET', '/v1/runs', { headers: { host } })).status]).toEqual([host, 421]);
    }
    for (const host of ['127.0.0.1:4040', 'errand.localhost', '[::1]:1', 'errand.example']) {
      expect([host, (await ask('GET', '/v1/runs', { headers: { host } })).status]).toEqual([host, 200]);
    }
  });

  test('a ticket signs a browser in once; its cookie works for our own pages and ends with its key', async () => {
    const { greet } = await import('../first-key.ts');
    const { ticket } = await greet(plane.services, async () => true);
    const login = await plane.ask('GET', `/login?ticket=${ticket}`);
    const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect(login.headers.get('set-cookie')).toContain('HttpOnly; SameSite=Strict');
    expect((await plane.ask('GET', `/login?ticket=${ticket}`)).status).toBe(401);
    expect((await plane.ask('GET', '/v1/runs', { headers: { cookie } })).status).toBe(200);
    const own = { cookie, origin: 'http://localhost:4040' };
    expect((await plane.ask('POST', '/v1/runs', { headers: own, body: { command: ['true'] } })).status).toBe(
      201,
    );
    const [key] = await plane.services.store.keys.list(null);
    await plane.services.store.keys.remove(key?.id ?? '');
    expect((await plane.ask('GET', '/v1/runs', { headers: { cookie } })).status).toBe(401);
  });

  test('only the socket of the data folder may submit for its caller and end the server', async () => {
    expect((await ask('POST', '/v1/runs', { body: { command: ['true'], caller: true } })).status).toBe(400);
    const inSession = { command: ['true'], caller: true, session: 'box' };
    const answer = await plane.ask('POST', '/v1/runs', { key: plane.admin, local: true, body: inSession });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('does not go with caller'),
    ]);
    expect((await ask('POST', '/v1/shutdown')).status).toBe(403);
    const handed = await ask('POST', '/v1/runs/run_1/takeover');
    expect([handed.status, (await errorOf(handed)).message]).toEqual([
      403,
      expect.stringContaining('only the command line on this machine'),
    ]);
  });
});

describe('runs', () => {
  test('are listed newest first, page by page, each once', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await submit()).id);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = (await (await ask('GET', `/v1/runs?limit=2${cursor}`)).json()) as {
        runs: Run[];
        nextCursor: string | null;
      };
      seen.push(...page.runs.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(made);
  });

  test('are found by tag, name, status and owner', async () => {
    await submit({ tags: ['red'], name: 'one' });
    const other = await submit({ tags: ['red', 'blue'], name: 'two', owner: 'acme/x' });
    for (const query of [
      'tag=red&tag=blue',
      'tag=red,blue',
      'name=two',
      'owner=acme',
      'status=queued&name=two',
      'text=BLUE%20true',
      'text=two&tag=red&limit=1',
    ]) {
      const { runs } = (await (await ask('GET', `/v1/runs?${query}`)).json()) as { runs: Run[] };
      expect([query, runs.map(({ id }) => id)]).toEqual([query, [other.id]]);
    }
    expect(await (await ask('GET', '/v1/runs?text=nowhere')).json()).toEqual({
      runs: [],
      nextCursor: null,
      looked: 2,
    });
    expect((await ask('GET', '/v1/runs?text=%20')).status).toBe(400);
    expect((await ask('GET', '/v1/runs?status=sleeping')).status).toBe(400);
    expect((await ask('GET', '/v1/runs?cursor=abc')).status).toBe(400);
    expect((await ask('GET', '/v1/runs?colour=red')).status).toBe(400);
  });

  test('that wait are canceled at once; a second cancel changes nothing; a finished one can be retried', async () => {
    const { id } = await submit();
    const canceled = (await (await ask('POST', `/v1/runs/${id}/cancel`)).json()) as Run;
    expect(canceled).toMatchObject({ status: 'canceled', exitCode: 130 });
    expect((await ask('POST', `/v1/runs/${id}/cancel`, { body: {} })).status).toBe(200);
    expect((await (await ask('POST', `/v1/runs/${id}/retry`)).json()) as Run).toMatchObject({
      status: 'queued',
    });
    const again = await ask('POST', `/v1/runs/${id}/retry`);
    expect([again.status, (await errorOf(again)).code]).toEqual([409, 'conflict']);
  });

  test('a wait comes back when the run ends, or when its time is up', async () => {
    const { id } = await submit();
    const early = (await (await ask('GET', `/v1/runs/${id}?wait=10ms`)).json()) as Run;
    expect(early.status).toBe('queued');
    const waiting = ask('GET', `/v1/runs/${id}?wait=30s`);
    await ask('POST', `/v1/runs/${id}/cancel`);
    expect((await (await waiting).json()) as Run).toMatchObject({ status: 'canceled' });
  });
});

describe('logs', () => {
  const BYTES = new TextEncoder().encode('one\ntwo\nthree\n');

  async function runWithLog(): Promise<string> {
    const { id } = await submit();
    const { logs, store } = plane.services;
    const stderr = BYTES.slice(4, 8);
    const pieces = [
      { offset: 0, stream: 'stdout', time: 1, bytes: BYTES.slice(0, 4) },
      { offset: 4, stream: 'stderr', time: 2, bytes: stderr },
      { offset: 8, stream: 'stdout', time: 3, bytes: BYTES.slice(8) },
    ] as const;
    await logs.append({ runId: id, token: 1 }, pieces);
    await ask('POST', `/v1/runs/${id}/cancel`);
    const canceled = await store.runs.get(id);
    if (canceled === null) throw new Error('gone');
    const times = {
      claimant: 'c',
      leasedAt: 1,
      leaseExpiresAt: 1,
      startingAt: 1,
      startedAt: 1,
      unreachableAt: null,
      lostAfterMs: 1,
    };
    const attempt = { token: 1, agentId: 'agent_1', ...times };
    await store.runs.save({ ...canceled, version: canceled.version + 1, token: 1, attempt });
    return id;
  }

  test('are read whole, by range, from an offset, and by stream', async () => {
    const id = await runWithLog();
    const read = async (query: string, headers = {}): Promise<[number, string]> => {
      const answer = await ask('GET', `/v1/runs/${id}/log${query}`, { headers });
      return [answer.status, await answer.text()];
    };
    expect(await read('')).toEqual([200, 'one\ntwo\nthree\n']);
    expect(await read('', { range: 'bytes=4-7' })).toEqual([206, 'two\n']);
    expect(await read('', { range: 'bytes=-6' })).toEqual([206, 'three\n']);
    expect(await read('?from=8')).toEqual([200, 'three\n']);
    expect(await read('?stream=stderr')).toEqual([200, 'two\n']);
    expect(await read('?follow')).toEqual([200, 'one\ntwo\nthree\n']);
  });

  test('end where they end: a range beyond is 416 and says how long the log is', async () => {
    const id = await runWithLog();
    for (const range of ['bytes=14-', 'bytes=99-100']) {
      const answer = await ask('GET', `/v1/runs/${id}/log`, { headers: { range } });
      expect([range, answer.status, answer.headers.get('content-range')]).toEqual([range, 416, 'bytes */14']);
    }
    for (const range of ['bytes=a-b', 'lines=1-2', 'bytes=-', 'bytes=1-2,4-5']) {
      expect((await ask('GET', `/v1/runs/${id}/log`, { headers: { range } })).status).toBe(400);
    }
    expect((await ask('GET', `/v1/runs/${id}/log?attempt=9`)).status).toBe(404);
  });

  test('of the first attempt can be followed before there is one', async () => {
    const { id } = await submit({ pool: 'lab' });
    expect((await ask('GET', `/v1/runs/${id}/log?attempt=2`)).status).toBe(404);
    const followed = await ask('GET', `/v1/runs/${id}/log?attempt=1&follow=1`);
    expect(followed.status).toBe(200);
    await ask('POST', `/v1/runs/${id}/cancel`);
    expect(await followed.text()).toBe('');
  });

  test('that retention took are gone, and their end is still told', async () => {
    const id = await runWithLog();
    const { logs, store } = plane.services;
    const run = await store.runs.get(id);
    if (run?.end == null) throw new Error('it has not ended');
    const end = { ...run.end, log: { bytes: 14, sha256: null, truncated: null } };
    await store.runs.save({ ...run, version: run.version + 1, end });
    await logs.remove({ runId: id, token: 1 });
    const answer = await ask('GET', `/v1/runs/${id}/log`);
    expect([answer.status, (await errorOf(answer)).details]).toEqual([410, end.log]);
  });
});

describe('the rest', () => {
  test('answers health, readiness, figures and its own description without a key', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs']) {
      expect([path, (await plane.ask('GET', path)).status]).toEqual([path, 200]);
    }
  });

  test('describes its operations for people, nested fields and roles included', async () => {
    const page = await (await plane.ask('GET', '/docs')).text();
    expect(page).toContain('keys with the role admin, member or service');
    expect(page).toContain('{attempts: integer, on?: list of ');
  });

  test('says what is not there', async () => {
    const answer = await ask('GET', '/v2/nothing');
    expect([answer.status, (await errorOf(answer)).message]).toEqual([404, 'there is no GET /v2/nothing']);
  });

  test('says which methods a path takes', async () => {
    const answer = await ask('PUT', '/v1/runs');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect((await errorOf(answer)).message).toBe('/v1/runs takes GET, HEAD, POST, not PUT');
    expect((await ask('POST', '/v1/runs/run_1/log')).headers.get('allow')).toBe('GET, HEAD');
    expect((await ask('POST', '/healthz')).status).toBe(405);
  });
});
