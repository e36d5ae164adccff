import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { spread, times } from '../figures.ts';
import { Worker } from '../plant/worker.ts';
import type { Line, Row } from '../row.ts';

const BUDGET = 1.5;

/** What agents and people ask of the store, with a long history and without one. */
export const oldRuns: Row = { name: 'old-runs', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  // A process of its own, because a million records leave garbage behind.
  await using worker = new Worker();
  const folder = mkdtempSync(join(bench.folder, 'stores-'));
  const finishedRuns = bench.size(1_000_000, 20_000);
  const queried = await worker.run('queryStores', { folder, finishedRuns });
  rmSync(folder, { recursive: true });
  return queried.map(({ query, empty, full }) => ({
    what: `${query}, with ${finishedRuns.toLocaleString('en')} old runs`,
    yardstick: `empty store ${spread(empty)}`,
    measured: `${spread(full)}: ${times(full.p50 / empty.p50)}`,
    budget: `p50 at most ${BUDGET}x`,
    met: full.p50 / empty.p50 <= BUDGET,
  }));
}
