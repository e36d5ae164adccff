import { join } from 'node:path';
import type { RunRecord, Store } from '@errand/core';
import { aRun, finished, leased } from '@errand/core/testing';
import { openSqliteStore } from '../../packages/server/src/stores/sql/open-sqlite-store.ts';
import { type Spread, spreadOf } from '../figures.ts';
import { crowdQueries, shutGates } from './crowds.ts';

export interface QueryStores {
  readonly folder: string;
  readonly finishedRuns: number;
}

/** How long a query takes on an empty store, and on one with many finished runs, in ms. */
export interface Queried {
  readonly query: string;
  readonly empty: Spread;
  readonly full: Spread;
}

/** Asks two stores the same, in turns. */
export async function queryStores({ folder, finishedRuns }: QueryStores): Promise<Queried[]> {
  await using empty = await openSqliteStore({ database: join(folder, 'empty.db') });
  await using full = await openSqliteStore({ database: join(folder, 'full.db') });
  await fill(full, finishedRuns, oldRun);
  // The same few young runs in both, so that both have something to find.
  for (const store of [empty, full]) await fill(store, 200, youngRun);
  await shutGates([empty, full], full);
  const results: Queried[] = [];
  for (const [query, ask] of Object.entries({ ...QUERIES, ...crowdQueries() })) {
    const [few, many] = await sideBySide(empty, full, ask);
    results.push({ query, empty: few, full: many });
  }
  return results;
}

type Ask = (store: Store, round: number, which: number) => Promise<unknown>;

const PAGE = { limit: 50, after: null };

const QUERIES: Readonly<Record<string, Ask>> = {
  'insert and claim': async (store, round) => {
    await store.runs.insert(aRun({ pool: 'bench' }), null);
    return store.runs.claim(
      { pool: 'bench', agentId: 'agent_1', labels: {}, now: 1e13 + round, limit: 4 },
      take,
    );
  },
  'claim, queue empty': (store) =>
    store.runs.claim({ pool: 'none', agentId: 'agent_1', labels: {}, now: 1e13, limit: 4 }, take),
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
async function sideBySide(empty: Store, full: Store, ask: Ask): Promise<[Spread, Spread]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < 1_000; round += 1) {
    for (const [index, store] of [empty, full].entries()) {
      const began = performance.now();
      await ask(store, round, index);
      if (round >= 100) times[index]?.push(performance.now() - began);
    }
  }
  return [spreadOf(times[0]), spreadOf(times[1])];
}
