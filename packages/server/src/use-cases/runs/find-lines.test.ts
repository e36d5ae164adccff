import { expect, test } from 'vitest';
import { MemoryLogStore } from '../../stores/memory/memory-log-store.ts';
import { type FoundLines, findLines, type LineQuery } from './find-lines.ts';

const LOG = { runId: 'run_1', token: 1 };

/** `out` and `err` in turn, each piece as it was written. */
async function logOf(
  ...pieces: readonly string[]
): Promise<(query?: Partial<LineQuery>) => Promise<FoundLines>> {
  const logs = new MemoryLogStore();
  let offset = 0;
  for (const [index, text] of pieces.entries()) {
    const bytes = Buffer.from(text);
    const stream = index % 2 === 0 ? 'stdout' : 'stderr';
    await logs.append(LOG, [{ offset, stream, time: 1_000 + index, bytes }]);
    offset += bytes.length;
  }
  const clock = { steady: () => 0 };
  const whole = {
    texts: [],
    direction: 'forward',
    limit: 100,
    signal: new AbortController().signal,
  } as const;
  return async (query = {}) =>
    await findLines({ logs, clock }, { log: LOG, size: offset } as never, { ...whole, ...query });
}

function texts({ lines }: FoundLines): readonly string[] {
  return lines.map(({ text }) => text);
}

test('finds every line with any of the texts, in either direction, whatever the case', async () => {
  const find = await logOf('one\ntwo Error\nthree\nfatal: ERROR again\nlast');
  const wanted = ['error', 'LAST'];
  expect(texts(await find({ texts: wanted }))).toEqual(['two Error', 'fatal: ERROR again', 'last']);
  expect(texts(await find({ texts: wanted, direction: 'back' }))).toEqual([
    'last',
    'fatal: ERROR again',
    'two Error',
  ]);
  expect(texts(await find({ texts: ['no such'] }))).toEqual([]);
  expect((await find({ texts: ['two'] })).lines[0]?.offset).toBe(4);
});

test('takes longer characters as they are', async () => {
  const find = await logOf('caf\u00e9 ERR\n\u30e9 err\n\u00c3\u00a9 other\n');
  expect(texts(await find({ texts: ['CAF\u00e9 err'] }))).toEqual(['caf\u00e9 ERR']);
  // U+30E9 is E3 83 A9; U+00C3 is C3 83: in Latin-1 E3 is the small letter of C3.
  expect(texts(await find({ texts: ['\u00c3'] }))).toEqual(['\u00c3\u00a9 other']);
});

test('goes on where it stopped, and names each line once', async () => {
  const find = await logOf(Array.from({ length: 50 }, (_, index) => `line ${index}\n`).join(''));
  for (const direction of ['forward', 'back'] as const) {
    const seen: string[] = [];
    let from: number | undefined;
    for (let calls = 0; calls < 100; calls += 1) {
      const found = await find({ direction, from, limit: 7 });
      seen.push(...texts(found));
      from = found.next;
      if (found.done) break;
    }
    const all = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    expect(seen).toEqual(direction === 'forward' ? all : all.toReversed());
  }
});

test('gives the lines of one stream with their places in the whole log', async () => {
  const find = await logOf('out\n', 'bad 1\n', 'more out\n', 'bad 2\nbad 3\n');
  const found = await find({ stream: 'stderr', direction: 'back' });
  expect(found.lines).toEqual([
    { offset: 25, stream: 'stderr', time: 1_003, text: 'bad 3' },
    { offset: 19, stream: 'stderr', time: 1_003, text: 'bad 2' },
    { offset: 4, stream: 'stderr', time: 1_001, text: 'bad 1' },
  ]);
  expect(texts(await find({ stream: 'stderr', texts: ['out'] }))).toEqual([]);
});

test('finds what lies across parts, and ends in lines longer than a part', async () => {
  const long = 'x'.repeat(3_000_000);
  const find = await logOf(`${'y'.repeat(1_048_570)}\nacross the edge\n${long}\nneedle\n`);
  for (const direction of ['forward', 'back'] as const) {
    const found = [];
    let from: number | undefined;
    for (let calls = 0; calls < 50; calls += 1) {
      const part = await find({ texts: ['across the edge', 'needle'], direction, from });
      found.push(...texts(part));
      from = part.next;
      if (part.done) break;
    }
    expect(found.toSorted()).toEqual(['across the edge', 'needle']);
  }
});

test('has nothing to say of an empty log', async () => {
  const find = await logOf();
  expect(await find()).toEqual({ lines: [], next: 0, done: true, size: 0 });
  expect(await find({ direction: 'back' })).toEqual({ lines: [], next: 0, done: true, size: 0 });
});
