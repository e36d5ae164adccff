import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { megabytes } from '../figures.ts';
import type { Line, Row } from '../row.ts';
import { Api } from '../workers/api.ts';

const CAP = 16_000_000;
const MORE = 64_000_000;
const LOOK_MS = 25;
const BLOCK = 512;

/** The most that one run that prints for ever holds on the disk, on the server and on its agent's machine. */
export const disk: Row = { name: 'disk', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [server, agent] = await Promise.all([bench.server(), bench.httpAgent()]);
  using api = new Api(server);
  const places = { 'own agent': 'local', 'agent over HTTP': agent.pool };
  const lines: Line[] = [];
  for (const [name, pool] of Object.entries(places)) {
    const before = [server.data, agent.data].map(heldBy);
    const { id } = await api.submit({
      command: ['yes'],
      pool,
      maxLog: CAP,
      timeout: `${bench.size(5, 2)}s`,
    });
    const ended = api.ended(id);
    const most = await mostWhile(ended, [server.data, agent.data]);
    const [atServer = 0, atAgent = 0] = most.map((bytes, index) => bytes - (before[index] ?? 0));
    lines.push({
      what: `disk held by one run of yes, cap ${megabytes(CAP)}, ${name}`,
      yardstick: null,
      measured: `server ${megabytes(atServer)}, agent ${megabytes(atAgent)}`,
      budget: `cap + ${megabytes(MORE)} on each`,
      met: Math.max(atServer, atAgent) <= CAP + MORE,
    });
  }
  return lines;
}

async function mostWhile(work: Promise<unknown>, folders: readonly string[]): Promise<number[]> {
  const most = folders.map(heldBy);
  const over = work.then(() => 'over' as const);
  do {
    for (const [index, folder] of folders.entries()) most[index] = Math.max(most[index] ?? 0, heldBy(folder));
  } while ((await Promise.race([over, sleep(LOOK_MS)])) !== 'over');
  return most;
}

/** Bytes on the disk, not lengths of files. What vanishes meanwhile holds nothing. */
function heldBy(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.blocks ?? 0)
    .reduce((sum, blocks) => sum + blocks * BLOCK, 0);
}
