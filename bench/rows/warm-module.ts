import type { Bench } from '../bench.ts';
import { medianRatio, medianSpread, spread, spreadOf, times } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import type { Line, Row } from '../row.ts';

/** A call may cost what a start of Node costs at most: else nothing is won by keeping it warm. */
const SHARE = 0.5;

/** One call of a module that is warm, from the submission until its end is seen, over HTTP. */
export const warmModule: Row = { name: 'warm-module', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [{ url, key }, client, other] = await Promise.all([bench.server(), bench.client(), bench.other()]);
  const often = { total: bench.size(100, 20), inFlight: 1 };
  const place = { url, key };
  const run = { script: 'sysinfo' };
  await client.run('submitRuns', { place, run, total: 1, inFlight: 1 });
  const rounds = await inTurns(bench.rounds, {
    module: () => client.run('submitRuns', { place, run, ...often }),
    command: () => client.run('submitRuns', { place, run: { command: ['true'] }, ...often }),
    node: () => other.run('startProcesses', { argv: [process.execPath, '-e', '1'], ...often }),
  });
  const of = (name: keyof typeof rounds): readonly ReturnType<typeof spreadOf>[] =>
    rounds[name].map(({ times }) => spreadOf(times));
  const p50 = (name: keyof typeof rounds): readonly number[] => of(name).map((one) => one.p50);
  const measured = spread(medianSpread(of('module')));
  const ratio = medianRatio(p50('module'), p50('node'));
  return [
    {
      what: 'a call of a warm module: submit -> exit seen over HTTP',
      yardstick: `bare spawn of node -e 1 ${spread(medianSpread(of('node')))}`,
      measured: `${measured}: ${times(ratio)}`,
      budget: `p50 at most ${SHARE}x`,
      met: ratio <= SHARE,
    },
    {
      what: 'the same',
      yardstick: `a run of true in the same round ${spread(medianSpread(of('command')))}`,
      measured: `${measured}: ${times(medianRatio(p50('module'), p50('command')))}`,
      budget: '-',
      met: null,
    },
  ];
}
