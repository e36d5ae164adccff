import type { Bench } from '../bench.ts';
import { median, medianRatio, ms, times } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import type { Line, Row } from '../row.ts';
import { xargsArgv } from '../yardsticks/xargs.ts';

const COMMAND = ['/bin/echo', 'hello'];
const IN_FLIGHT = 16;
const BUDGET = 1.5;

/** Short commands, many at a time: submitted, executed, logged, stored. */
export const shortRuns: Row = { name: 'short-runs', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [server, client, other] = await Promise.all([bench.server(), bench.client(), bench.other()]);
  const { url, key } = server;
  const often = { total: bench.size(800, 320), inFlight: IN_FLIGHT };
  const once = { total: 1, inFlight: 1 };
  const rounds = await inTurns(bench.rounds, {
    spawn: () => other.run('startProcesses', { argv: COMMAND, ...often }),
    errand: async () => {
      const before = server.cpuMs();
      const timed = await client.run('submitRuns', {
        place: { url, key },
        run: { command: COMMAND },
        ...often,
      });
      return { ...timed, cpuMs: (server.cpuMs() - before) / often.total };
    },
    xargs: () => other.run('startProcesses', { argv: xargsArgv(COMMAND, often), ...once }),
  });
  const errand = rounds.errand.map(({ perSecond }) => perSecond);
  const spawn = rounds.spawn.map(({ perSecond }) => perSecond);
  const xargs = rounds.xargs.map(({ perSecond }) => perSecond * often.total);
  const ratio = medianRatio(errand, spawn);
  const measured = `${rate(errand)}:`;
  return [
    {
      what: `short runs a second at ${IN_FLIGHT} in flight`,
      yardstick: `spawn loop ${rate(spawn)}`,
      measured: `${measured} ${times(ratio)}`,
      budget: `at least ${BUDGET}x`,
      met: ratio >= BUDGET,
    },
    {
      what: 'the same',
      yardstick: `xargs -P ${IN_FLIGHT} ${rate(xargs)}`,
      measured: `${measured} ${times(medianRatio(errand, xargs))}`,
      budget: '-',
      met: null,
    },
    {
      // What a change of the code changes, however busy the machine is.
      what: 'processor time of the server for one of them',
      yardstick: `spawn loop ${ms(median(rounds.spawn.map(({ cpuMs }) => cpuMs)))}`,
      measured: ms(median(rounds.errand.map(({ cpuMs }) => cpuMs))),
      budget: '-',
      met: null,
    },
  ];
}

function rate(perSecond: readonly number[]): string {
  return `${median(perSecond).toFixed(0)}/s`;
}
