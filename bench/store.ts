import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogPiece } from '@errand/core';
import { aRun, leased } from '@errand/core/testing';
import { FileLogStore } from '../packages/server/src/stores/files/file-log-store.ts';
import { openSqliteStore } from '../packages/server/src/stores/sql/open-sqlite-store.ts';

/** What the stores do, by themselves and without a yardstick: `node bench/store.ts [folder]`. */
async function measureWrites(): Promise<void> {
  await using store = await openSqliteStore({ database: join(folder, 'writes.db') });
  for (const callers of [1, 16, 64]) {
    const each = Math.ceil(20_000 / callers);
    const waits: number[] = [];
    const seconds = await timed(() => Promise.all(Array.from({ length: callers }, () => caller(each))));
    const rate = ((callers * each * 2) / seconds).toFixed(0);
    console.log(`insert + save, ${callers} callers: ${rate} tx/s, p50/p99 ${show(figuresOf(waits))} us`);

    async function caller(times: number): Promise<void> {
      for (let count = 0; count < times; count += 1) {
        const run = aRun();
        const spent = await timed(() => store.runs.insert(run, null));
        waits.push(spent * 1e6);
        await store.runs.save(leased(run));
      }
    }
  }
}

const LOG_BYTES = 512 * 1024 * 1024;

async function measureLogs(): Promise<void> {
  const logs = new FileLogStore({ root: join(folder, 'logs') });
  for (const [what, size, piece] of [
    ['pieces of 1 MB', LOG_BYTES, 1024 * 1024],
    ['lines of 100 bytes, 64 KB at a time, streams in turn', LOG_BYTES / 8, 100],
  ] as const) {
    const log = { runId: `run_${piece}`, token: 1 };
    const written = await timed(() => appendAll(size, piece, (pieces) => logs.append(log, pieces)));
    let bytes = 0;
    const read = await timed(async () => {
      for await (const part of logs.read(log, { from: 0, to: size })) bytes += part.bytes.length;
    });
    const rate = (seconds: number) => `${(size / seconds / 1e6).toFixed(0)} MB/s`;
    console.log(
      `log, ${what}: append ${rate(written)}, read ${rate(read)} (${bytes === size ? 'whole' : 'NOT WHOLE'})`,
    );
  }
  await logs[Symbol.asyncDispose]();
}

async function appendAll(
  size: number,
  length: number,
  append: (pieces: LogPiece[]) => Promise<unknown>,
): Promise<void> {
  const bytes = new Uint8Array(length).fill(120);
  const together = Math.max(1, Math.floor(65_536 / length));
  for (let offset = 0; offset < size; ) {
    const pieces: LogPiece[] = [];
    for (let count = 0; count < together && offset < size; count += 1) {
      const some = bytes.subarray(0, Math.min(length, size - offset));
      pieces.push({ offset, stream: count % 2 === 0 ? 'stdout' : 'stderr', time: 1_000, bytes: some });
      offset += some.length;
    }
    await append(pieces);
  }
}

interface Figures {
  readonly p50: number;
  readonly p99: number;
}

function figuresOf(times: readonly number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function show({ p50, p99 }: Figures): string {
  return `${p50.toFixed(0)}/${p99.toFixed(0)}`;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1_000;
}

const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'errand-bench-'));
try {
  await measureWrites();
  await measureLogs();
} finally {
  rmSync(folder, { recursive: true });
}
