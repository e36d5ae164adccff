import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { AttemptRef, LogPiece, LogRange, LogStore } from '../ports/log-store.ts';
import type { Stream } from '../vocabulary/log-end.ts';

/** What every log store does. `open` gives an empty one. */
export function runLogStoreSuite(name: string, open: () => Promise<LogStore>): void {
  describe(`log store: ${name}`, () => {
    describe('append', () => appendCases(open));
    describe('read', () => readCases(open));
    describe('watch', () => watchCases(open));
    describe('remove and usage', () => removeCases(open));
  });
}

function appendCases(open: () => Promise<LogStore>): void {
  it('resolves with the size and gives the bytes back with their streams', async () => {
    const logs = await open();
    const pieces = inOrder(['stdout', 'one\n'], ['stderr', 'two\n'], ['stdout', 'three']);
    expect(await logs.append(LOG, pieces)).toBe(13);
    expect(await logs.size(LOG)).toBe(13);
    expect(await textOf(logs, LOG)).toBe('one\ntwo\nthree');
    expect(await textOf(logs, LOG, { stream: 'stderr' })).toBe('two\n');
    expect(await textOf(logs, LOG, { stream: 'stdout' })).toBe('one\nthree');
  });

  it('treats an unknown log as an empty one', async () => {
    const logs = await open();
    expect(await logs.size(LOG)).toBe(0);
    expect(await all(logs, LOG)).toEqual([]);
    expect(await logs.append(LOG, [])).toBe(0);
    expect(await logs.append(LOG, [aPiece(0, '')])).toBe(0);
    expect(await listed(logs)).toEqual([]);
  });

  it('keeps the logs of attempts and runs apart', async () => {
    const logs = await open();
    const others = [LOG, { ...LOG, token: 2 }, { ...LOG, token: 12 }, { runId: 'run_other', token: 1 }];
    for (const [index, log] of others.entries()) await logs.append(log, [aPiece(0, `log ${index}`)]);
    for (const [index, log] of others.entries()) expect(await textOf(logs, log)).toBe(`log ${index}`);
  });

  it('changes nothing on a repeat', async () => {
    const logs = await open();
    const pieces = inOrder(['stdout', 'abc'], ['stderr', 'def']);
    for (let time = 0; time < 3; time += 1) expect(await logs.append(LOG, pieces)).toBe(6);
    expect(await textOf(logs, LOG)).toBe('abcdef');
  });

  it('skips what it has, also in the middle of a piece', async () => {
    const logs = await open();
    await logs.append(LOG, [aPiece(0, 'abcd')]);
    expect(await logs.append(LOG, [aPiece(2, 'cdef'), aPiece(6, 'gh', 'stderr')])).toBe(8);
    expect(await textOf(logs, LOG)).toBe('abcdefgh');
  });

  it('takes nothing that begins above its size', async () => {
    const logs = await open();
    await logs.append(LOG, [aPiece(0, 'abc')]);
    expect(await logs.append(LOG, [aPiece(4, 'e')])).toBe(3);
    expect(await logs.append({ ...LOG, token: 2 }, [aPiece(1, 'b')])).toBe(0);
    expect(await textOf(logs, LOG)).toBe('abc');
  });

  it('keeps any bytes, and a piece of several MB', async () => {
    const logs = await open();
    const bytes = Uint8Array.from({ length: 3 * 1024 * 1024 + 7 }, (_, index) => (index * 31) % 256);
    await logs.append(LOG, [{ ...aPiece(0, ''), bytes }]);
    expect(Buffer.compare(await bytesOf(logs, LOG), bytes)).toBe(0);
  });

  it('keeps the order of appends that do not wait for each other', async () => {
    const logs = await open();
    const words = Array.from({ length: 50 }, (_, index) => `word ${index}\n`);
    let offset = 0;
    const appends = words.map((word) => {
      const append = logs.append(LOG, [aPiece(offset, word)]);
      offset += word.length;
      return append;
    });
    await Promise.all(appends);
    expect(await textOf(logs, LOG)).toBe(words.join(''));
  });

  it('does not keep the memory of the caller', async () => {
    const logs = await open();
    const piece = aPiece(0, 'abc');
    await logs.append(LOG, [piece]);
    piece.bytes.fill(0);
    expect(await textOf(logs, LOG)).toBe('abc');
  });

  it('ends with the same bytes whatever is repeated and however it overlaps', async () => {
    const logs = await open();
    let token = 0;
    await fc.assert(
      fc.asyncProperty(history, async ({ total, sends }) => {
        token += 1;
        const log = { ...LOG, token };
        for (const { from, length } of sends) {
          const size = await logs.size(log);
          // A sender begins anywhere at or below what was acknowledged.
          const start = Math.min(from, size);
          await logs.append(log, piecesOf(total.slice(start, start + length), start));
        }
        await logs.append(log, piecesOf(total.slice(await logs.size(log)), await logs.size(log)));
        expect(Buffer.compare(await bytesOf(logs, log), total)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('may be sealed, once and again, also where nothing was written', async () => {
    const logs = await open();
    await logs.seal(LOG);
    await logs.append(LOG, [aPiece(0, 'abc')]);
    await logs.seal(LOG);
    await logs.seal(LOG);
    expect(await textOf(logs, LOG)).toBe('abc');
    expect(await logs.append(LOG, [aPiece(0, 'abcd')])).toBe(4);
  });
}

function readCases(open: () => Promise<LogStore>): void {
  it('gives any range, whole or of one stream, as the bytes say', async () => {
    const logs = await open();
    const streams: Stream[] = [];
    const pieces = Array.from({ length: 200 }, (_, index) => {
      const stream = index % 3 === 0 ? 'stderr' : 'stdout';
      const text = `${index} `.repeat((index % 5) + 1);
      const piece = aPiece(streams.length, text, stream, 1_000 + index * 7);
      for (let byte = 0; byte < text.length; byte += 1) streams.push(stream);
      return piece;
    });
    await logs.append(LOG, pieces);
    const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
    const at = fc.nat({ max: bytes.length + 5 });
    const range = fc.record({
      a: at,
      b: at,
      stream: fc.option(fc.constantFrom('stdout', 'stderr'), { nil: null }),
    });
    await fc.assert(
      fc.asyncProperty(range, async ({ a, b, stream }) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const read = await all(logs, LOG, { from, to, ...(stream === null ? {} : { stream }) });
        const wanted = [...bytes.keys()].filter(
          (index) => index >= from && index < to && (stream === null || streams[index] === stream),
        );
        const got = read.flatMap((piece) => [...piece.bytes.keys()].map((index) => piece.offset + index));
        expect(got).toEqual(wanted);
        for (const piece of read) {
          expect(
            Buffer.compare(piece.bytes, bytes.subarray(piece.offset, piece.offset + piece.bytes.length)),
          ).toBe(0);
          expect(streams[piece.offset]).toBe(piece.stream);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives pieces of at most 256 KiB, in order and without holes', async () => {
    const logs = await open();
    await logs.append(LOG, [{ ...aPiece(0, ''), bytes: new Uint8Array(1_000_000) }]);
    const pieces = await all(logs, LOG);
    let at = 0;
    for (const piece of pieces) {
      expect(piece.offset).toBe(at);
      expect(piece.bytes.length).toBeLessThanOrEqual(256 * 1024);
      at += piece.bytes.length;
    }
    expect(at).toBe(1_000_000);
  });

  it('tells when the first byte of a piece arrived', async () => {
    const logs = await open();
    await logs.append(LOG, [aPiece(0, 'a', 'stdout', 5_000)]);
    await logs.append(LOG, [aPiece(1, 'b', 'stderr', 65_000)]);
    await logs.append(LOG, [aPiece(2, 'c', 'stderr', 125_000)]);
    expect((await all(logs, LOG)).map(({ time }) => time)).toEqual([5_000, 65_000, 125_000]);
  });

  it('ends at the size it had at the call', async () => {
    const logs = await open();
    await logs.append(LOG, [aPiece(0, 'abc')]);
    const read = logs.read(LOG, { from: 0, to: 1_000 });
    await logs.append(LOG, [aPiece(3, 'def')]);
    expect(textIn(await allOf(read))).toBe('abc');
  });

  it('gives nothing for an empty range or one past the end', async () => {
    const logs = await open();
    await logs.append(LOG, [aPiece(0, 'abc')]);
    for (const [from, to] of [
      [1, 1],
      [3, 10],
      [100, 200],
      [2, 1],
    ] as const)
      expect(await all(logs, LOG, { from, to })).toEqual([]);
  });

  it('lets several readers read while it grows', async () => {
    const logs = await open();
    const line = 'x'.repeat(1_000);
    const seen = await Promise.all([write(), follow(), follow(), follow()]);
    expect(seen).toEqual([100_000, 100_000, 100_000, 100_000]);

    async function write(): Promise<number> {
      for (let index = 0; index < 100; index += 1) await logs.append(LOG, [aPiece(index * 1_000, line)]);
      return logs.size(LOG);
    }
    async function follow(): Promise<number> {
      let at = 0;
      while (at < 100_000) {
        for await (const piece of logs.read(LOG, { from: at, to: Number.MAX_SAFE_INTEGER })) {
          expect(piece.offset).toBe(at);
          at += piece.bytes.length;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      return at;
    }
  });

  it('lets a reader stop early', async () => {
    const logs = await open();
    await logs.append(LOG, [{ ...aPiece(0, ''), bytes: new Uint8Array(1_000_000) }]);
    for await (const piece of logs.read(LOG, { from: 0, to: 1_000_000 })) {
      expect(piece.offset).toBe(0);
      break;
    }
    await logs.remove(LOG);
    expect(await logs.size(LOG)).toBe(0);
  });
}

function watchCases(open: () => Promise<LogStore>): void {
  it('calls soon after the log grew or was said to have grown, until it is ended', async () => {
    const logs = await open();
    const listener = vi.fn<() => void>();
    const end = logs.watch(LOG, listener);
    await logs.append(LOG, [aPiece(0, 'abc')]);
    await vi.waitFor(() => expect(listener).toHaveBeenCalled());
    listener.mockClear();
    logs.grew(LOG);
    await vi.waitFor(() => expect(listener).toHaveBeenCalled());
    end();
    end();
    listener.mockClear();
    await logs.append(LOG, [aPiece(3, 'def')]);
    logs.grew(LOG);
    expect(listener).not.toHaveBeenCalled();
  });

  it('leaves those who watch another log alone', async () => {
    const logs = await open();
    const listener = vi.fn<() => void>();
    const end = logs.watch({ ...LOG, token: 2 }, listener);
    await logs.append(LOG, [aPiece(0, 'abc')]);
    logs.grew(LOG);
    expect(listener).not.toHaveBeenCalled();
    end();
  });
}

function removeCases(open: () => Promise<LogStore>): void {
  it('frees the space, and takes an unknown log', async () => {
    const logs = await open();
    await logs.append(LOG, [aPiece(0, 'abc')]);
    await logs.remove(LOG);
    await logs.remove(LOG);
    expect(await logs.size(LOG)).toBe(0);
    expect(await all(logs, LOG)).toEqual([]);
    expect(await listed(logs)).toEqual([]);
  });

  it('tells a reader under way that the log is gone', async () => {
    const logs = await open();
    await logs.append(LOG, [{ ...aPiece(0, ''), bytes: new Uint8Array(2_000_000) }]);
    const read = logs.read(LOG, { from: 0, to: 2_000_000 })[Symbol.asyncIterator]();
    await read.next();
    await logs.remove(LOG);
    await expect(rest(read)).rejects.toMatchObject({ code: 'gone' });
  });

  it('lists every log with at least its bytes', async () => {
    const logs = await open();
    const refs = [LOG, { ...LOG, token: 2 }, { runId: 'run_other', token: 1 }];
    for (const [index, log] of refs.entries()) await logs.append(log, [aPiece(0, 'x'.repeat(index + 1))]);
    const usage = await listed(logs);
    expect(usage.map(({ log }) => `${log.runId}.${log.token}`).toSorted()).toEqual(
      refs.map(({ runId, token }) => `${runId}.${token}`).toSorted(),
    );
    for (const { log, bytes } of usage) expect(bytes).toBeGreaterThanOrEqual(await logs.size(log));
  });
}

const LOG: AttemptRef = { runId: 'run_1', token: 1 };

const history = fc.record({
  total: fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  sends: fc.array(fc.record({ from: fc.nat({ max: 400 }), length: fc.nat({ max: 120 }) }), { maxLength: 20 }),
});

/** Bytes cut into pieces; where they are cut and whose they are depends on the offset alone, as with a true sender. */
function piecesOf(bytes: Buffer, offset: number): LogPiece[] {
  return [...bytes].map((byte, index) => {
    const at = offset + index;
    return {
      offset: at,
      stream: at % 5 === 0 ? 'stderr' : 'stdout',
      time: at * 3,
      bytes: Uint8Array.of(byte),
    };
  });
}

function aPiece(offset: number, text: string, stream: Stream = 'stdout', time = 1_000): LogPiece {
  return { offset, stream, time, bytes: Buffer.from(text) };
}

function inOrder(...parts: readonly (readonly [Stream, string])[]): LogPiece[] {
  let offset = 0;
  return parts.map(([stream, text]) => {
    const piece = aPiece(offset, text, stream);
    offset += piece.bytes.length;
    return piece;
  });
}

async function all(logs: LogStore, log: AttemptRef, range: Partial<LogRange> = {}): Promise<LogPiece[]> {
  return allOf(logs.read(log, { from: 0, to: Number.MAX_SAFE_INTEGER, ...range }));
}

async function bytesOf(logs: LogStore, log: AttemptRef, range: Partial<LogRange> = {}): Promise<Buffer> {
  return Buffer.concat((await all(logs, log, range)).map(({ bytes }) => bytes));
}

async function textOf(logs: LogStore, log: AttemptRef, range: Partial<LogRange> = {}): Promise<string> {
  return textIn(await all(logs, log, range));
}

function textIn(pieces: readonly LogPiece[]): string {
  return Buffer.concat(pieces.map(({ bytes }) => bytes)).toString();
}

async function listed(logs: LogStore): Promise<{ log: AttemptRef; bytes: number }[]> {
  return allOf(logs.usage());
}

async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function rest(read: AsyncIterator<LogPiece>): Promise<void> {
  for (let step = await read.next(); step.done !== true; step = await read.next());
}
