import type { Bench } from '../bench.ts';
import { spread, spreadOf } from '../figures.ts';
import type { Line, Row } from '../row.ts';

const BUDGET_MS = 50;

/** How long it takes to end a tree of daemons and to prove that it is gone. */
export const cancel: Row = { name: 'cancel', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [{ url, key }, client] = await Promise.all([bench.server(), bench.client()]);
  const seen = spreadOf(await client.run('cancelTrees', { place: { url, key }, total: bench.size(50, 5) }));
  return [
    {
      what: 'cancel -> tree proven empty, after the kill, p50 (p99)',
      yardstick: null,
      measured: spread(seen),
      budget: `p50 under ${BUDGET_MS} ms`,
      met: seen.p50 < BUDGET_MS,
    },
  ];
}
