import type { RunRecord } from '@errand/core';
import { aRun, aSpec, finished, requested } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../stores/memory/memory-log-store.ts';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { systemClock } from '../../system/system-clock.ts';
import { LOCAL_ACTOR } from '../actor.ts';
import { inputRef, writeInput } from './run-input.ts';

const OPEN = aRun({ id: 'run_1', spec: aSpec({ stdin: 'stream' }) });

function open(first: RunRecord = OPEN) {
  const logs = new MemoryLogStore();
  let run = first;
  const runs = {
    get: async () => run,
    save: async (next: RunRecord) => ((run = next), 'saved' as const),
    release: async () => false,
  };
  const parts = { logs, runs, notifier: new LocalNotifier(), clock: systemClock, uses: { note: () => {} } };
  const write = async (offset: number, chunks: readonly string[], end = false) =>
    await writeInput(parts, { actor: LOCAL_ACTOR, runId: 'run_1' }, { offset, chunks: eachOf(chunks), end });
  const text = async (): Promise<string> => {
    const pieces = await Array.fromAsync(logs.read(inputRef('run_1'), { from: 0, to: 1_000 }));
    return pieces.map(({ bytes }) => Buffer.from(bytes).toString()).join('');
  };
  return { write, text, run: () => run };
}

async function* eachOf(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('standard input', () => {
  it('is stored as it comes, in however many chunks, and once however often it is sent', async () => {
    const { write, text } = open();
    expect(await write(0, ['one ', 'two ', 'three'])).toEqual({ size: 13, ended: false });
    expect(await write(4, ['two ', 'three', '!'])).toEqual({ size: 14, ended: false });
    expect(await text()).toBe('one two three!');
  });

  it('has no gap: what begins later is refused, and told how much there is', async () => {
    const { write, text } = open();
    await write(0, ['abc']);
    await expect(write(4, ['e'])).rejects.toMatchObject({ code: 'conflict', details: { size: 3 } });
    expect(await text()).toBe('abc');
  });

  it('takes nothing beyond its end, not even in a chunk that begins before it, and says that it has ended', async () => {
    const { write, text, run } = open();
    expect(await write(0, ['abc'], true)).toEqual({ size: 3, ended: true });
    expect(run().inputEnd).toBe(3);
    for (const [offset, chunk] of [
      [3, 'd'],
      [2, 'cd'],
    ] as const)
      await expect(write(offset, [chunk])).rejects.toMatchObject({ code: 'conflict', details: { size: 3 } });
    expect(await write(1, ['bc'])).toEqual({ size: 3, ended: true });
    expect(await text()).toBe('abc');
  });

  it.each([
    [aRun({ id: 'run_1' }), 'submit it with stdin: "stream"'],
    [finished(OPEN), 'takes no more input'],
    [requested(OPEN, { kind: 'cancel', now: 2_000 } as never), 'takes no more input'],
  ])('is refused where the run takes none', async (run, why) => {
    const { write, text } = open(run);
    await expect(write(0, ['x'])).rejects.toThrow(why);
    expect(await text()).toBe('');
  });
});
