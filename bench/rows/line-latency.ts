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
  const [{ url, key }, client] = await Promise.all([bench.server(), bench.client()]);
  const times = await client.run('timeLines', {
    place: { url, key },
    folder: bench.folder,
    runs: RUNS,
    linesPerSecond: LINES_PER_SECOND,
    forMs: bench.size(20_000, 3_000),
  });
  const seen = spreadOf(times);
  return [
    {
      what: `line printed -> line seen, ${RUNS} runs with ${LINES_PER_SECOND} lines/s, all followed, p50 (p99)`,
      yardstick: null,
      measured: `${spread(seen)} of ${times.length} lines`,
      budget: `p50 under ${P50_MS} ms (p99 ${P99_MS} ms)`,
      met: seen.p50 < P50_MS && seen.p99 < P99_MS,
    },
  ];
}
