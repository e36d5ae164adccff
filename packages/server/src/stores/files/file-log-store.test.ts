import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogPiece } from '@errand/core';
import { runLogStoreSuite } from '@errand/core/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { FileLogStore } from './file-log-store.ts';
import { encodeRecords, type IndexRecord } from './index-record.ts';

const folder = mkdtempSync(join(tmpdir(), 'errand-logs-'));
const opened: FileLogStore[] = [];
let count = 0;

afterAll(async () => {
  for (const store of opened) await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

runLogStoreSuite('files', async () => open(newRoot()));

const LOG = { runId: 'run_1', token: 1 };

describe('a keeper that writes into the store', () => {
  it('is given a prefix in a folder that exists, and its bytes count with their records', async () => {
    const logs = open(newRoot());
    const prefix = logs.place(LOG);
    writeFileSync(`${prefix}.log`, 'out\nerr\nunrecorded');
    writeFileSync(`${prefix}.idx`, records({ end: 4, stream: 'stdout' }, { end: 8, stream: 'stderr' }));
    expect(await logs.size(LOG)).toBe(8);
    expect(await texts(logs)).toEqual(['stdout out\n', 'stderr err\n']);
  });

  it('has its unrecorded bytes counted as stdout once the log is sealed, also after a restart', async () => {
    const root = newRoot();
    const logs = open(root);
    const prefix = logs.place(LOG);
    writeFileSync(`${prefix}.log`, 'err\nrest');
    writeFileSync(
      `${prefix}.idx`,
      Buffer.concat([records({ end: 4, stream: 'stderr' }), Buffer.alloc(7, 255)]),
    );
    await logs.seal(LOG);
    for (const store of [logs, open(root)]) {
      expect(await store.size(LOG)).toBe(8);
      expect(await texts(store)).toEqual(['stderr err\n', 'stdout rest']);
    }
  });

  it('may have written on where the server began: what comes after the seal goes behind that', async () => {
    const logs = open(newRoot());
    await logs.append(LOG, [piece(0, 'server ')]);
    appendFileSync(`${logs.place(LOG)}.log`, 'keeper ');
    await logs.seal(LOG);
    expect(await logs.append(LOG, [piece(14, 'again', 'stderr')])).toBe(19);
    expect(await texts(logs)).toEqual(['stdout server ', 'stdout keeper ', 'stderr again']);
  });

  it('may have been killed before its first record', async () => {
    const logs = open(newRoot());
    writeFileSync(`${logs.place(LOG)}.log`, 'all');
    expect(await logs.size(LOG)).toBe(0);
    await logs.seal(LOG);
    expect(await texts(logs)).toEqual(['stdout all']);
  });

  it('may record a gap, which has no bytes', async () => {
    const logs = open(newRoot());
    const prefix = logs.place(LOG);
    writeFileSync(`${prefix}.log`, 'headtail');
    const gap = records({ end: 4, stream: 'stdout' }, { end: 4, stream: null }, { end: 8, stream: 'stdout' });
    writeFileSync(`${prefix}.idx`, gap);
    expect((await texts(logs)).map((text) => text.replace('stdout ', '')).join('')).toBe('headtail');
  });

  it('is noticed when nobody says that the log grew', async () => {
    const logs = open(newRoot());
    const listener = vi.fn<() => void>();
    const end = logs.watch(LOG, listener);
    const prefix = logs.place(LOG);
    writeFileSync(`${prefix}.log`, 'out');
    writeFileSync(`${prefix}.idx`, records({ end: 3, stream: 'stdout' }));
    await vi.waitFor(() => expect(listener).toHaveBeenCalledTimes(1));
    // A record that is extended in place leaves both sizes of the index as they are.
    appendFileSync(`${prefix}.log`, 'more');
    writeFileSync(`${prefix}.idx`, records({ end: 7, stream: 'stdout' }));
    await vi.waitFor(() => expect(listener).toHaveBeenCalledTimes(2));
    end();
  });
});

describe('after a kill in the middle of an append', () => {
  it('cuts off bytes without a record and half a record, at the next append', async () => {
    const root = newRoot();
    const before = open(root);
    const prefix = before.place(LOG);
    await before.append(LOG, [piece(0, 'acknowledged ')]);
    await before[Symbol.asyncDispose]();
    appendFileSync(`${prefix}.log`, 'torn');
    appendFileSync(`${prefix}.idx`, Buffer.alloc(9, 255));
    const after = open(root);
    expect(await after.size(LOG)).toBe(13);
    expect(await after.append(LOG, [piece(13, 'again', 'stderr')])).toBe(18);
    expect(readFileSync(`${prefix}.log`, 'utf8')).toBe('acknowledged again');
    expect(statSync(`${prefix}.idx`).size).toBe(32);
  });

  it('goes on where there are bytes but no index yet', async () => {
    const root = newRoot();
    const logs = open(root);
    writeFileSync(`${logs.place(LOG)}.log`, 'torn');
    expect(await logs.append(LOG, [piece(0, 'new')])).toBe(3);
    expect(await texts(logs)).toEqual(['stdout new']);
  });
});

it('rejects an append on a full disk, and loses nothing that was counted', async () => {
  const logs = open(newRoot());
  const prefix = logs.place(LOG);
  await logs.append(LOG, [piece(0, 'counted ')]);
  await logs[Symbol.asyncDispose]();
  // The device takes no byte: as a disk without room.
  renameSync(`${prefix}.log`, `${prefix}.kept`);
  symlinkSync('/dev/full', `${prefix}.log`);
  await expect(logs.append(LOG, [piece(8, 'lost')])).rejects.toMatchObject({ code: 'unavailable' });
  expect(await logs.size(LOG)).toBe(8);
  renameSync(`${prefix}.kept`, `${prefix}.log`);
  expect(await logs.append(LOG, [piece(8, 'then more')])).toBe(17);
  expect(readFileSync(`${prefix}.log`, 'utf8')).toBe('counted then more');
});

describe('the files', () => {
  it('are made with the first byte, two for a log', async () => {
    const root = newRoot();
    const logs = open(root);
    await logs.append(LOG, [piece(0, '')]);
    expect(() => statSync(root)).toThrow('ENOENT');
    await logs.append(LOG, [piece(0, 'x')]);
    const listing = spawnSync('find', [root, '-type', 'f'], { encoding: 'utf8' }).stdout.trim().split('\n');
    expect(listing.map((path) => path.slice(root.length)).toSorted()).toEqual([
      expect.stringMatching(/^\/[0-9a-f]{2}\/run_1\.1\.idx$/),
      expect.stringMatching(/^\/[0-9a-f]{2}\/run_1\.1\.log$/),
    ]);
  });

  it('share a record between bytes of one stream that come within 10 ms', async () => {
    const logs = open(newRoot());
    const times = [1_000, 1_005, 1_010, 1_011, 1_012];
    for (const [offset, time] of times.entries())
      await logs.append(LOG, [piece(offset, 'x', 'stdout', time)]);
    expect(statSync(`${logs.place(LOG)}.idx`).size).toBe(2 * 16);
  });

  it('cannot be named by a hostile id', async () => {
    const logs = open(newRoot());
    for (const runId of ['../../etc/x', 'a/b', '', '.', 'a\0b', 'x'.repeat(300)])
      await expect(logs.append({ runId, token: 1 }, [piece(0, 'x')])).rejects.toMatchObject({
        code: 'invalid',
      });
  });

  it('stay usable with far more logs than are kept open', async () => {
    const logs = open(newRoot());
    const refs = Array.from({ length: 400 }, (_, index) => ({ runId: `run_${index}`, token: 1 }));
    for (const [offset, text] of ['a', 'b', 'c'].entries())
      await Promise.all(refs.map((log) => logs.append(log, [piece(offset, text)])));
    const sizes = await Promise.all(refs.map((log) => logs.size(log)));
    expect(new Set(sizes)).toEqual(new Set([3]));
  });

  it('are searched, not read, for a place in a long index', async () => {
    const logs = open(newRoot());
    const prefix = logs.place(LOG);
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      end: (index + 1) * 2,
      stream: index % 2 === 0 ? ('stdout' as const) : ('stderr' as const),
    }));
    writeFileSync(`${prefix}.log`, 'oe'.repeat(20_000));
    writeFileSync(`${prefix}.idx`, records(...many));
    for (const from of [0, 1, 2, 12_345, 39_871, 39_999]) {
      const [first] = await pieces(logs, from);
      expect([first?.offset, first?.stream]).toEqual([
        from,
        Math.floor(from / 2) % 2 === 0 ? 'stdout' : 'stderr',
      ]);
    }
    expect((await pieces(logs, 0)).reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(40_000);
  });

  it('begin anew after they were removed, also while somebody appended', async () => {
    const logs = open(newRoot());
    await Promise.all([logs.append(LOG, [piece(0, 'before')]), logs.remove(LOG)]);
    await logs.remove(LOG);
    expect(await logs.size(LOG)).toBe(0);
    expect(await logs.append(LOG, [piece(0, 'anew')])).toBe(4);
    expect(await texts(logs)).toEqual(['stdout anew']);
  });

  it('that became shorter under a reader count as gone', async () => {
    const logs = open(newRoot());
    await logs.append(LOG, [piece(0, 'abcdef')]);
    truncateSync(`${logs.place(LOG)}.log`, 2);
    await expect(pieces(logs, 0)).rejects.toMatchObject({ code: 'gone' });
  });
});

function newRoot(): string {
  count += 1;
  return join(folder, `${count}`);
}

function open(root: string): FileLogStore {
  const store = new FileLogStore({ root, lookEveryMs: 20 });
  opened.push(store);
  return store;
}

function piece(offset: number, text: string, stream: LogPiece['stream'] = 'stdout', time = 1_000): LogPiece {
  return { offset, stream, time, bytes: Buffer.from(text) };
}

function records(...wanted: readonly Omit<IndexRecord, 'time'>[]): Buffer {
  return encodeRecords(wanted.map((record, index) => ({ ...record, time: 1_000 + index })));
}

async function pieces(logs: FileLogStore, from: number): Promise<LogPiece[]> {
  const read: LogPiece[] = [];
  for await (const piece of logs.read(LOG, { from, to: Number.MAX_SAFE_INTEGER })) read.push(piece);
  return read;
}

async function texts(logs: FileLogStore): Promise<string[]> {
  return (await pieces(logs, 0)).map(({ stream, bytes }) => `${stream} ${Buffer.from(bytes).toString()}`);
}
