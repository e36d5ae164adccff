import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { ErrandApiError, ErrandConnectionError } from './errors.ts';
import type { Fetch, FetchAnswer, FetchInit } from './fetch.ts';
import type { LogPiece } from './follow-log.ts';
import { connect, type Run } from './index.ts';
import type { Input } from './transport.ts';

describe('a call', () => {
  it('sends key, path, query and body where the route says', async () => {
    const { errand, calls } = clientOf([
      answer(201, { id: 'run_1' }),
      answer(200, { runs: [], nextCursor: null }),
    ]);
    await errand.runs.create({ command: ['true'] }, { idempotencyKey: 'once' });
    await Array.fromAsync(errand.runs.list({ status: ['queued', 'running'], tag: ['a,b'] }));
    expect(calls[0]).toMatchObject({
      url: 'http://fake/v1/runs',
      method: 'POST',
      headers: {
        authorization: 'Bearer err_x',
        'idempotency-key': 'once',
        'content-type': 'application/json',
      },
      body: '{"command":["true"]}',
    });
    expect(calls[1]?.url).toBe('http://fake/v1/runs?status=queued&status=running&tag=a%2Cb');
  });

  it('repeats the creation of a run with the same key when the answer was lost', async () => {
    const { errand, calls } = clientOf([
      new TypeError('fetch failed'),
      answer(503, {}),
      answer(201, { id: 'run_1' }),
    ]);
    const run = await errand.runs.create({ shell: 'date' });
    expect(run.id).toBe('run_1');
    expect(new Set(calls.map((call) => call.headers['idempotency-key'])).size).toBe(1);
    expect(calls).toHaveLength(3);
  });

  it('does not repeat what would be done twice', async () => {
    const { errand, calls } = clientOf([new TypeError('fetch failed')]);
    await expect(errand.keys.create({ name: 'ci' })).rejects.toThrow(ErrandConnectionError);
    expect(calls).toHaveLength(1);
  });

  it('says at once that nobody is at an address that never answered', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const { errand, calls } = clientOf([new TypeError('fetch failed', { cause: refused })]);
    await expect(errand.runs.create({ shell: 'date' })).rejects.toThrow(
      'no connection to http://fake: connect ECONNREFUSED',
    );
    expect(calls).toHaveLength(1);
  });

  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER'])(
    'does not hope that %s will pass',
    async (code) => {
      const { errand, calls } = clientOf([Object.assign(new Error(code), { code })]);
      await expect(errand.runs.create({ shell: 'date' })).rejects.toThrow(ErrandConnectionError);
      expect(calls).toHaveLength(1);
    },
  );

  it('throws what the server says as one kind of error', async () => {
    const body = {
      error: { code: 'invalid', message: 'no such pool', requestId: 'req_1', details: { field: 'pool' } },
    };
    const { errand } = clientOf([answer(400, body)]);
    const error = await errand.runs.create({ shell: 'date' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ErrandApiError);
    expect(error).toMatchObject({
      code: 'invalid',
      status: 400,
      requestId: 'req_1',
      details: { field: 'pool' },
    });
  });

  it('names an answer that is not ours', async () => {
    const { errand } = clientOf([answer(418, 'teapot')]);
    await expect(errand.whoAmI()).rejects.toThrow('the server answered 418 without saying why');
  });
});

describe('a line that died without a word', () => {
  afterEach(() => vi.useRealTimers());

  it.each([
    ['a call', undefined, 90_000],
    ['one whose answer is held', '10m', 690_000],
  ] as const)('ends %s in time, which is made again', async (_what, wait, mostMs) => {
    vi.useFakeTimers();
    const { errand, asked } = clientOfDeadLine();
    const call = errand.request('getRun', { params: { id: 'run_1' }, query: { wait } });
    await vi.advanceTimersByTimeAsync(mostMs - 1);
    expect(asked()).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked()).toBe(2);
    const ended = expect(call).rejects.toThrow(
      `no connection to http://fake: nothing came for ${mostMs / 1_000} s`,
    );
    await vi.advanceTimersByTimeAsync(mostMs + 20_000);
    await ended;
  });

  it('ends no call that brings bytes, and one that its caller gives up as its caller says', async () => {
    vi.useFakeTimers();
    const { errand, asked } = clientOfDeadLine();
    const leaving = new AbortController();
    const call = errand.request('getRun', { params: { id: 'run_1' } }, { signal: leaving.signal });
    const given = expect(call).rejects.toThrow('gone home');
    leaving.abort(new Error('gone home'));
    await given;
    void errand.request('uploadFile', {}, { bytes: new Uint8Array(1) });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(asked()).toBe(2);
  });
});

describe('a list', () => {
  it('follows cursors to the end', async () => {
    const pages = [
      answer(200, { runs: [{ id: 'run_2' }], nextCursor: 'next' }),
      answer(200, { runs: [{ id: 'run_1' }], nextCursor: null }),
    ];
    const { errand, calls } = clientOf(pages);
    const runs = await Array.fromAsync(errand.runs.list({ pageSize: 1 }));
    expect(runs.map(({ id }) => id)).toEqual(['run_2', 'run_1']);
    expect(calls[1]?.url).toContain('cursor=next');
  });
});

describe('input', () => {
  it('goes in order with offsets, repeats a lost piece at its offset, and is closed', async () => {
    const { errand, calls } = clientOf([
      answer(201, { id: 'run_1' }),
      answer(200, { size: 3, ended: false }),
      new TypeError('fetch failed'),
      answer(200, { size: 5, ended: false }),
      answer(200, { size: 5, ended: true }),
    ]);
    const run = await errand.runs.create({ command: ['cat'], stdin: 'stream' });
    const result = await run.input([Buffer.from('abc'), Buffer.from('de')]);
    expect(result).toEqual({ size: 5, ended: true });
    expect(
      calls.slice(1).map((call) => `${new URL(call.url).search} ${String(call.body as Uint8Array)}`),
    ).toEqual(['?offset=0 97,98,99', '?offset=3 100,101', '?offset=3 100,101', '?offset=5&end=1 ']);
  });

  it('stops without an error when the run takes no more', async () => {
    const conflict = answer(409, { error: { code: 'conflict', message: 'over', requestId: 'r' } });
    const { errand } = clientOf([answer(201, { id: 'run_1' }), conflict]);
    const run = await errand.runs.create({ command: ['true'], stdin: 'stream' });
    expect(await run.input('much')).toEqual({ size: 0, ended: true });
  });
});

describe('waiting', () => {
  it('asks again until the run has ended', async () => {
    const { errand, calls } = clientOf([
      answer(201, { id: 'run_1', endedAt: null }),
      answer(200, { id: 'run_1', endedAt: null }),
      answer(200, { id: 'run_1', endedAt: '2026-01-01T00:00:00Z', exitCode: 3 }),
    ]);
    const run = await errand.runs.create({ shell: 'exit 3' });
    expect((await run.wait()).exitCode).toBe(3);
    expect(calls[1]?.url).toBe('http://fake/v1/runs/run_1?wait=30000ms');
  });
});

it('is typed by the contract', () => {
  const errand = connect('http://fake');
  const get = () => errand.request('getRun', { params: { id: 'run_1' } });
  expectTypeOf(get).returns.resolves.toEqualTypeOf<Run>();
  expectTypeOf<Input<'removeKey'>>().toEqualTypeOf<{ readonly params: { id: string } }>();
  expectTypeOf<Extract<LogPiece, { kind: 'end' }>['run']>().toEqualTypeOf<Run>();
  // @ts-expect-error an operation that does not exist
  const unknown = (): unknown => errand.request('makeCoffee', {});
  // @ts-expect-error the path needs an id
  const incomplete = (): unknown => errand.request('getRun', {});
  expect([unknown, incomplete]).toHaveLength(2);
});

interface Call extends FetchInit {
  readonly url: string;
}

/** A client whose calls are answered from a list; an error in it is thrown. */
function clientOf(answers: (FetchAnswer | Error)[]): { errand: ReturnType<typeof connect>; calls: Call[] } {
  const calls: Call[] = [];
  const fetch: Fetch = async (url, init) => {
    calls.push({ url, ...init });
    const next = answers.shift();
    if (next === undefined) throw new Error('no more answers');
    if (next instanceof Error) throw next;
    return next;
  };
  return { errand: connect('http://fake/', { key: 'err_x', fetch }), calls };
}

function clientOfDeadLine(): { errand: ReturnType<typeof connect>; asked: () => number } {
  let count = 0;
  const fetch: Fetch = async (_url, { signal }) => {
    count += 1;
    const { promise, reject } = Promise.withResolvers<never>();
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
    return await promise;
  };
  return { errand: connect('http://fake/', { key: 'err_x', fetch }), asked: () => count };
}

function answer(status: number, body: unknown): FetchAnswer {
  return new Response(JSON.stringify(body), { status });
}
