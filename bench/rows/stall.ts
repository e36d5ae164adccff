import type { Bench } from '../bench.ts';
import { spread, spreadOf } from '../figures.ts';
import type { Line, Row } from '../row.ts';
import { startIdleServer } from '../yardsticks/idle-server.ts';

const P99_MS = 20;
const EVERY_MS = 5;

/**
 * How long the server keeps a call waiting that needs no work, while short runs go through it. Seen from outside, so it is what users
 * feel; a server that does nothing is asked at the same time and shows what of it is the machine's doing.
 */
export const stall: Row = { name: 'stall', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [{ url, key }, client, other] = await Promise.all([bench.server(), bench.client(), bench.other()]);
  await using idle = await startIdleServer();
  const places = [
    { url, key },
    { url: idle.url, key: idle.key },
  ];
  const over = new AbortController();
  const load = async (): Promise<void> => {
    const run = { command: ['/bin/echo', 'hello'] };
    const often = { total: 160, inFlight: 16 };
    while (!over.signal.aborted) await client.run('submitRuns', { place: { url, key }, run, ...often });
  };
  const loading = load();
  const probes = { places, path: '/healthz', everyMs: EVERY_MS, forMs: bench.size(15_000, 3_000) };
  const [ours = [], theirs = []] = await other.run('probe', probes);
  over.abort();
  await loading;
  const seen = spreadOf(ours);
  return [
    {
      what: 'answer to /healthz under load (16 short runs in flight), p50 (p99)',
      yardstick: `idle server ${spread(spreadOf(theirs))}`,
      measured: spread(seen),
      budget: `loop stall p99 under ${P99_MS} ms`,
      met: seen.p99 < P99_MS,
    },
  ];
}
