import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { spread, spreadOf } from '../figures.ts';
import type { Line, Row } from '../row.ts';

const RUNS = 100;
const LINES_PER_SECOND = 10;
const P50_MS = 5;
const P99_MS = 30;

/** How late a follower sees a line, while many commands write and each has a follower. */
export const lineLatency: Row = { name: 'line-latency', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const agent = await bench.httpAgent();
  const own = await seen(bench, 'local');
  const http = await seen(bench, agent.pool);
  const what = `line printed -> line seen, ${RUNS} runs with ${LINES_PER_SECOND} lines/s, all followed, p50 (p99)`;
  return [lineOf(what, own), lineOf('the same, agent over HTTP', http)];
}

async function seen(bench: Bench, pool: string): Promise<readonly number[]> {
  const [{ url, key }, client] = await Promise.all([bench.server(), bench.client()]);
  const folder = mkdtempSync(join(bench.folder, 'lines-'));
  const forMs = bench.size(20_000, 3_000);
  const how = { folder, pool, runs: RUNS, linesPerSecond: LINES_PER_SECOND, forMs };
  return await client.run('timeLines', { place: { url, key }, ...how });
}

function lineOf(what: string, times: readonly number[]): Line {
  const found = spreadOf(times);
  return {
    what,
    yardstick: null,
    measured: `${spread(found)} of ${times.length} lines`,
    budget: `p50 under ${P50_MS} ms (p99 ${P99_MS} ms)`,
    met: found.p50 < P50_MS && found.p99 < P99_MS,
  };
}
