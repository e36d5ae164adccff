import type { Bench } from '../bench.ts';
import { megabytes, spread, spreadOf } from '../figures.ts';
import { startServer } from '../plant/server.ts';
import { Worker } from '../plant/worker.ts';
import type { Line, Row } from '../row.ts';

const BUDGET_BYTES = 1e9;
/** A poll that is held for 30 s, and the answer's way. */
const ON_TIME_MS = 32_000;

/** What a server needs for thousands of agents that wait for work. */
export const idleAgents: Row = { name: 'idle-agents', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  await using server = await startServer(bench.folder);
  await using worker = new Worker('all');
  const agents = bench.size(5_000, 300);
  const { url, key } = server;
  const empty = server.residentBytes();
  const place = { url, key };
  await worker.run('joinAgents', { place, agents });
  const before = server.cpuMs();
  const forMs = bench.size(95_000, 35_000);
  const { pollMs, dispatchMs, failed, online } = await worker.run('idle', { place, forMs });
  const cpuShare = (server.cpuMs() - before) / forMs;
  const bytes = server.residentBytes();
  const late = pollMs.filter((ms) => ms > ON_TIME_MS).length;
  return [
    {
      what: `memory of a server with ${agents} idle agents`,
      yardstick: `without agents ${megabytes(empty)}`,
      measured: `${megabytes(bytes)}, ${(cpuShare * 100).toFixed(0)} % of a processor`,
      budget: `under ${megabytes(BUDGET_BYTES)}`,
      met: bytes < BUDGET_BYTES,
    },
    {
      what: 'their heartbeats, p50 (p99)',
      yardstick: 'held for 30 s',
      measured: `${spread(spreadOf(pollMs))}, ${late} of ${pollMs.length} late, ${failed} failed, ${online} online`,
      budget: 'none late, all online',
      met: late === 0 && failed === 0 && online === agents,
    },
    {
      what: 'a run for one of them: submitted -> leased, p50 (p99)',
      yardstick: null,
      measured: spread(spreadOf(dispatchMs)),
      budget: '-',
      met: null,
    },
  ];
}
