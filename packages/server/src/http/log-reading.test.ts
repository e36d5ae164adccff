import type { Run } from '@errand/contract';
import type { AttemptRef, RunRecord } from '@errand/core';
import { aRun, finished, observed, requested, running } from '@errand/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ask, openPlane, type TestPlane } from '../../test/plane.ts';
import { topics } from '../use-cases/topics.ts';

let plane: TestPlane;
beforeEach(async () => {
  plane = await openPlane();
});
afterEach(() => plane[Symbol.asyncDispose]());

const ask = (path: string, more: Ask = {}): Promise<Response> =>
  plane.ask('GET', path, { key: plane.admin, ...more });

/** Runs in `lab`; each log holds `one\n` of stdout and `two\n` of stderr. */
async function stored(run: RunRecord, ...logs: readonly AttemptRef[]): Promise<void> {
  await plane.services.store.runs.insert({ ...run, pool: 'lab' }, null);
  for (const log of logs)
    await plane.services.logs.append(log, [
      { offset: 0, stream: 'stdout', time: 1, bytes: Buffer.from('one\n') },
      { offset: 4, stream: 'stderr', time: 2, bytes: Buffer.from('two\n') },
    ]);
}

const RUN = aRun({ id: 'run_1' });
const [FIRST, SECOND] = [1, 2].map((token) => ({ runId: 'run_1', token })) as [AttemptRef, AttemptRef];

/** A run that goes on with a second attempt after it was told to, and the end of its first log. */
function again() {
  const log = { bytes: 8, sha256: null, truncated: null };
  const reason = { kind: 'exited', code: 1 } as const;
  const over = observed(running(RUN), { kind: 'ended', token: 1, reason, log, now: 2_000 });
  return { log, run: running(requested(over, { kind: 'retry', endedAt: null, now: 3_000 })) };
}

describe('a log that retention took', () => {
  it.each(['log', 'log/lines'])(
    'is gone for whoever asks for its %s, also while the run goes on',
    async (what) => {
      const { run, log } = again();
      await stored(run, FIRST, SECOND);
      expect((await ask(`/v1/runs/run_1/${what}?attempt=1`)).status).toBe(200);
      await plane.services.logs.remove(FIRST);
      const answer = await ask(`/v1/runs/run_1/${what}?attempt=1`);
      expect([answer.status, await answer.json()]).toMatchObject([410, { error: { details: log } }]);
      expect((await ask(`/v1/runs/run_1/${what}?attempt=2`)).status).toBe(200);
    },
  );
});

describe('an answer', () => {
  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string | null>>]>([
    [
      '',
      {},
      { 'content-length': '8', 'content-range': null, 'errand-next-offset': '8', 'errand-attempt': '1' },
    ],
    [
      '',
      { range: 'bytes=1-5' },
      { 'content-length': '5', 'content-range': 'bytes 1-5/8', 'errand-next-offset': '6' },
    ],
    ['', { range: 'bytes=2-99' }, { 'content-length': '6', 'content-range': 'bytes 2-7/8' }],
    ['', { range: 'bytes=-99' }, { 'content-length': '8', 'content-range': 'bytes 0-7/8' }],
    ['?stream=stderr', {}, { 'content-length': null, 'errand-next-offset': '8' }],
    ['?format=events', {}, { 'content-length': null, 'content-type': 'text/event-stream' }],
  ])('says what it holds: %s %j', async (query, headers, told) => {
    await stored(finished(RUN), FIRST);
    const answer = await ask(`/v1/runs/run_1/log${query}`, { headers });
    const names = Object.keys(told);
    expect(Object.fromEntries(names.map((name) => [name, answer.headers.get(name)]))).toEqual(told);
    const { 'content-length': length } = told;
    if (typeof length === 'string') expect(await answer.text()).toHaveLength(Number(length));
  });

  it('goes on for a browser behind the last event that it saw', async () => {
    await stored(finished(RUN), FIRST);
    const events = await (await ask('/v1/runs/run_1/log?format=events')).text();
    expect(events.match(/^id: .*/gm)).toEqual(['id: 4', 'id: 8', 'id: 8']);
    const resumed = await ask('/v1/runs/run_1/log?format=events', { headers: { 'last-event-id': '4' } });
    const text = await resumed.text();
    expect([text.includes('"offset":4'), text.includes('"offset":0')]).toEqual([true, false]);
  });

  it.each(['log', 'log?follow', 'log/lines'])(
    'keeps retention from the log for a while: %s',
    async (what) => {
      await stored(finished(RUN), FIRST);
      const noted: AttemptRef[] = [];
      Object.assign(plane.services.reads, { note: (log: AttemptRef) => noted.push(log) });
      expect((await ask(`/v1/runs/run_1/${what}`)).status).toBe(200);
      expect(noted).toMatchObject([FIRST]);
    },
  );

  it('that ends before the log does is broken off, and one that is whole is not', async () => {
    await stored(running(RUN), FIRST);
    const whole = aRun({ id: 'run_2' });
    await stored(finished(whole), { runId: 'run_2', token: 1 });
    const cut: string[] = [];
    const follow = async (id: string, key: string): Promise<void> => {
      const answer = await ask(`/v1/runs/${id}/log?follow`, { key, hangUp: () => cut.push(id) });
      expect(await answer.text()).toBe('one\ntwo\n');
    };
    await follow('run_2', plane.admin);
    await follow('run_1', await plane.key({ role: 'admin', owner: 'local', expiresInMs: 4_000 }));
    expect(cut).toEqual(['run_1']);
  });
});

describe('who follows what changes', () => {
  /** The next events, as texts. */
  async function follow(query: string, key: string) {
    const answer = await plane.ask('GET', `/v1/events${query}`, { key });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const next = async (): Promise<string | null> => {
      const { value } = await reader.read();
      return value === undefined ? null : Buffer.from(value).toString();
    };
    expect(await next()).toBe(': still here\n\n');
    return { next, [Symbol.asyncDispose]: async () => await reader.cancel() };
  }
  const told = (text: string | null): Run =>
    JSON.parse(/^data: (.*)$/m.exec(text ?? '')?.[1] ?? 'null') as Run;

  it('hears of what the key may see, and of nothing else', async () => {
    await stored({ ...RUN, owner: 'acme/bo' });
    await stored({ ...aRun({ id: 'run_2' }), owner: 'acme/al' });
    await using events = await follow('', await plane.key({ owner: 'acme/al' }));
    const { notifier } = plane.services;
    for (const id of ['run_1', 'run_2']) notifier.pulse(topics.runs, id);
    expect(told(await events.next())).toMatchObject({ id: 'run_2', owner: 'acme/al' });
  });

  it('hears of the one run that is named, as it is now and whenever it changes', async () => {
    await stored(RUN);
    await stored(aRun({ id: 'run_2' }));
    await using events = await follow('?run=run_2', plane.admin);
    expect(told(await events.next()).id).toBe('run_2');
    for (const id of ['run_1', 'run_2']) plane.services.notifier.pulse(topics.runs, id);
    expect(told(await events.next()).id).toBe('run_2');
  });

  it('is cut off once more changes wait than it will ever read', async () => {
    await using events = await follow('', plane.admin);
    for (let changed = 0; changed <= 10_000; changed += 1)
      plane.services.notifier.pulse(topics.runs, `run_${changed}`);
    expect(await events.next()).toBeNull();
  });
});
