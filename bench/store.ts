import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogPiece, RunRecord, Store } from '@errand/core';
import { aRun, finished, leased } from '@errand/core/testing';
import { FileLogStore } from '../packages/server/src/stores/files/file-log-store.ts';
import { openSqliteStore } from '../packages/server/src/stores/sql/open-sqlite-store.ts';

/**
 * What the stores do, by themselves: `node bench/store.ts [finished runs] [folder]`. Claims and lists with many finished runs stand
 * beside the same on an empty store; all other figures have no yardstick here.
 */
async function measureQueries(): Promise<void> {
  await using empty = await openSqliteStore({ database: join(folder, 'empty.db') });
  await using full = await openSqliteStore({ database: join(folder, 'full.db') });
  const seconds = await timed(() => fill(full, finishedRuns, oldRun));
  console.log(`insert ${finishedRuns} finished runs: ${(finishedRuns / seconds).toFixed(0)} runs/s`);
  // The same few young runs in both, so that both have something to find.
  for (const store of [empty, full]) await fill(store, 200, youngRun);
  console.log('query                     empty p50/p99 us   full p50/p99 us   ratio of p50');
  for (const [name, ask] of Object.entries(QUERIES)) {
    const [few, many] = await sideBySide(empty, full, ask);
    const ratio = (many.p50 / few.p50).toFixed(2);
    console.log(`${name.padEnd(26)}${show(few).padEnd(19)}${show(many).padEnd(18)}${ratio}`);
  }
}

type Ask = (store: Store, round: number) => Promise<unknown>;

const PAGE = { limit: 50, after: null };

const QUERIES: Readonly<Record<string, Ask>> = {
  'insert and claim': async (store, round) => {
    await store.runs.insert(aRun({ pool: 'bench' }), null);
    return store.runs.claim({ pool: 'bench', agentId: 'agent_1', now: 1e13 + round, limit: 4 }, take);
  },
  'claim, queue empty': (store) =>
    store.runs.claim({ pool: 'none', agentId: 'agent_1', now: 1e13, limit: 4 }, take),
  due: (store) => store.runs.due(1, 100),
  list: (store) => store.runs.list({}, PAGE),
  'list of an owner': (store) => store.runs.list({ ownerScope: 'acme/user-7' }, PAGE),
  'list of a team': (store) => store.runs.list({ ownerScope: 'acme' }, PAGE),
  'list by status': (store) => store.runs.list({ status: ['failed'] }, PAGE),
  'list of a team by status': (store) => store.runs.list({ ownerScope: 'acme', status: ['failed'] }, PAGE),
  'list of what is open': (store) =>
    store.runs.list({ ownerScope: 'acme', status: ['queued', 'starting', 'running'] }, PAGE),
  'list by pool': (store) => store.runs.list({ pool: 'pool-3' }, PAGE),
  'list by tag': (store) => store.runs.list({ tags: ['tag-5'], ownerScope: 'acme' }, PAGE),
  'list by name': (store) => store.runs.list({ name: 'name-11' }, PAGE),
  'count open': (store) => store.runs.countOpen(),
};

function take(run: RunRecord): RunRecord {
  return leased(run, 'agent_1', 1e13);
}

async function fill(store: Store, count: number, make: (index: number) => RunRecord): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    const size = Math.min(1_000, count - from);
    await Promise.all(
      Array.from({ length: size }, (_, index) => store.runs.insert(make(from + index), null)),
    );
  }
}

function oldRun(index: number): RunRecord {
  const at = 1e12 + index;
  const run = aRun({
    owner: `acme/user-${index % 100}`,
    pool: `pool-${index % 10}`,
    name: `name-${index % 50}`,
    tags: [`tag-${index % 20}`],
    createdAt: at,
  });
  return finished(run, at, index % 4 === 0 ? 1 : 0);
}

/** Everything a query asks for, so that every page is full on both sides. */
function youngRun(index: number): RunRecord {
  const which = { owner: 'acme/user-7', pool: 'pool-3', name: 'name-11', tags: ['tag-5'] };
  const at = 2e12 + index;
  return finished(aRun({ ...which, createdAt: at }), at, index % 2);
}

/** In turns, so that both meet the same moods of the machine. */
async function sideBySide(empty: Store, full: Store, ask: Ask): Promise<[Figures, Figures]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < 1_000; round += 1) {
    for (const [index, store] of [empty, full].entries()) {
      const spent = await timed(() => ask(store, round));
      if (round >= 100) times[index]?.push(spent * 1e6);
    }
  }
  return [figuresOf(times[0]), figuresOf(times[1])];
}

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

const finishedRuns = Number(process.argv[2] ?? 1_000_000);
const folder = await mkdtemp(join(process.argv[3] ?? tmpdir(), 'errand-bench-'));
try {
  await measureQueries();
  await measureWrites();
  await measureLogs();
} finally {
  rmSync(folder, { recursive: true });
}
