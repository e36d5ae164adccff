import type { Bench } from '../bench.ts';
import { median, megabytes, ms } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import { startServer } from '../plant/server.ts';
import type { Line, Row } from '../row.ts';

const READY_MS = 500;
const MOST_BYTES = 120_000_000;

/** A server on a new data folder, until it answers, and the memory it then has. */
export const startUp: Row = { name: 'start-up', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [other, published] = await Promise.all([bench.other(), bench.published()]);
  const rounds = await inTurns(bench.rounds, {
    node: () => other.run('startProcesses', { argv: [process.execPath, '-e', '0'], total: 1, inFlight: 1 }),
    errand: () => startAndStop(bench.folder, published),
    clone: () => startAndStop(bench.folder),
  });
  const ready = median(rounds.errand.map(({ readyMs }) => readyMs));
  const memory = median(rounds.errand.map(({ bytes }) => bytes));
  const node = median(rounds.node.flatMap(({ times }) => times));
  return [
    {
      what: 'errand up ready, as published',
      yardstick: `node -e 0 ${ms(node)}`,
      measured: ms(ready),
      budget: `under ${ms(READY_MS)}`,
      met: ready < READY_MS,
    },
    {
      what: 'its memory then',
      yardstick: null,
      measured: megabytes(memory),
      budget: `under ${megabytes(MOST_BYTES)}`,
      met: memory < MOST_BYTES,
    },
    {
      what: 'errand up ready from a clone, its memory then',
      yardstick: null,
      measured: `${ms(median(rounds.clone.map(({ readyMs }) => readyMs)))}, ${megabytes(median(rounds.clone.map(({ bytes }) => bytes)))}`,
      budget: '-',
      met: null,
    },
  ];
}

async function startAndStop(folder: string, program?: string): Promise<{ readyMs: number; bytes: number }> {
  await using server = await startServer(folder, program === undefined ? {} : { program });
  return { readyMs: server.readyMs, bytes: server.residentBytes() };
}
