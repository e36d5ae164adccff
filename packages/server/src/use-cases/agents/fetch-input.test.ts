import { aRun, aSpec, requested, running } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { MemoryLogStore } from '../../stores/memory/memory-log-store.ts';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { systemClock } from '../../system/system-clock.ts';
import { inputRef, writeInput } from '../runs/run-input.ts';
import { fetchInput } from './fetch-input.ts';

const OPEN = running(aRun({ id: 'run_1', spec: aSpec({ stdin: 'stream' }) }), 'agent_1');
const ACTOR = {
  id: 'key_1',
  name: 'test',
  role: 'admin',
  owner: 'acme',
  expiresAt: null,
  local: false,
} as const;

async function open(bytes: number, end: number | null) {
  const logs = new MemoryLogStore();
  const piece = { offset: 0, stream: 'stdout', time: 1, bytes: Buffer.alloc(bytes, 'x') } as const;
  await logs.append(inputRef('run_1'), [piece]);
  let run = end === null ? OPEN : requested(OPEN, { kind: 'close_input', bytes: end });
  const runs = {
    get: async () => run,
    save: async (next: typeof run) => {
      run = next;
      return 'saved' as const;
    },
    release: async () => false,
  };
  const parts = { logs, runs, notifier: new LocalNotifier(), clock: systemClock, uses: { note: () => {} } };
  const fetch = async (offset: number, agentId = 'agent_1', token = 1) => {
    const signal = new AbortController().signal;
    const answer = await fetchInput(parts, { agentId, signal }, { runId: 'run_1', token, offset, waitMs: 0 });
    return [answer.bytes.length, answer.ended];
  };
  const write = (offset: number, text: string, last = false) =>
    writeInput(parts, { actor: ACTOR, runId: 'run_1' }, { offset, chunks: oneOf(text), end: last });
  return { logs, fetch, write, run: () => run };
}

async function* oneOf(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text);
}

it('gives standard input to the agent that holds the run, and its end with the last byte', async () => {
  const { fetch } = await open(5, 5);
  expect([await fetch(0), await fetch(2), await fetch(5)]).toEqual([
    [5, true],
    [3, true],
    [0, true],
  ]);
  expect([await fetch(0, 'agent_2'), await fetch(0, 'agent_1', 2)]).toEqual([
    [0, true],
    [0, true],
  ]);
});

it('says that more is to come as long as bytes are missing, and as long as nobody has closed it', async () => {
  const missing = await open(4, 5);
  expect([await missing.fetch(0), await missing.fetch(4)]).toEqual([
    [4, false],
    [0, false],
  ]);
  const written = await open(4, null);
  expect([await written.fetch(0), await written.fetch(4)]).toEqual([
    [4, false],
    [0, false],
  ]);
});

it('takes input in order and once, and closes it behind its last byte whatever is repeated', async () => {
  const { write, fetch, run } = await open(4, null);
  await expect(write(5, 'z')).rejects.toMatchObject({ code: 'conflict', details: { size: 4 } });
  expect(await write(2, 'xxyy')).toEqual({ size: 6, ended: false });
  expect(await write(2, 'xx', true)).toEqual({ size: 6, ended: true });
  expect([run().inputEnd, await fetch(0)]).toEqual([6, [6, true]]);
  await expect(write(6, 'more')).rejects.toMatchObject({ code: 'conflict' });
  expect(await write(4, 'yy')).toEqual({ size: 6, ended: true });
});
