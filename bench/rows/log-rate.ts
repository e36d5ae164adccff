import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { median, medianRatio, megabytes, times } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import { type Line, notHere, type Row } from '../row.ts';
import type { Read } from '../workers/logs.ts';

const BLOCK = 1_000_000;
const WAYS = {
  own: { what: 'log, command to follower, own agent', budget: 1 },
  http: { what: 'the same, agent over HTTP', budget: 0.8 },
} as const;

/** A command that prints a big file, and somebody who follows it to the end. */
export const logRate: Row = { name: 'log-rate', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [{ url, key }, agent, client, other, ssh] = await Promise.all([
    bench.server(),
    bench.httpAgent(),
    bench.client(),
    bench.other(),
    bench.ssh(),
  ]);
  const bytes = bench.size(1_000_000_000, 200_000_000);
  const file = writeFile(join(bench.folder, 'big'), bytes);
  const command = ['cat', file];
  const read = (run: object): Promise<Read> => client.run('readRun', { place: { url, key }, run });
  const rounds = await inTurns(bench.size(3, 1), {
    own: () => read({ command }),
    http: () => read({ command, pool: agent.pool }),
    ssh: async () =>
      'found' in ssh ? await other.run('readProcess', { argv: ssh.found.argv(command) }) : null,
  });
  rmSync(file);
  const whole = [...rounds.own, ...rounds.http].every((each) => each.bytes === bytes);
  const yardstick = rounds.ssh.flatMap((each) => (each === null ? [] : [each.bytesPerSecond]));
  return (['own', 'http'] as const).map((way) => {
    const { what, budget } = WAYS[way];
    const text = `${what}, ${megabytes(bytes)}`;
    if ('missing' in ssh) return notHere(text, `at least ${budget}x`, ssh.missing);
    const rates = rounds[way].map(({ bytesPerSecond }) => bytesPerSecond);
    const ratio = medianRatio(rates, yardstick);
    return {
      what: text,
      yardstick: `ssh host cat ${megabytes(median(yardstick))}/s`,
      measured: `${megabytes(median(rates))}/s: ${times(ratio)}${whole ? '' : ', NOT WHOLE'}`,
      budget: `at least ${budget}x`,
      met: whole && ratio >= budget,
    };
  });
}

function writeFile(path: string, bytes: number): string {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(BLOCK, `${'x'.repeat(99)}\n`);
  for (let written = 0; written < bytes; written += BLOCK) writeSync(file, block);
  closeSync(file);
  return path;
}
