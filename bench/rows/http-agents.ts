import { type Bench, HTTP_AGENTS } from '../bench.ts';
import { median, medianRatio, medianSpread, ms, spread, spreadOf, times } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import type { Line, Row } from '../row.ts';

const COMMAND = ['/bin/echo', 'hello'];
const IN_FLIGHT = 16;

/** Short runs by agents in processes of their own: one at a time by a hot one, and many at a time by four. */
export const httpAgents: Row = { name: 'http-agents', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [server, client, other] = await Promise.all([bench.server(), bench.client(), bench.other()]);
  const [hot, four] = await Promise.all([bench.httpAgent(), bench.httpAgents()]);
  const { url, key } = server;
  const one = { total: bench.size(200, 30), inFlight: 1 };
  const many = { total: bench.size(800, 160), inFlight: IN_FLIGHT };
  const submit = (pool: string, often: typeof one) =>
    client.run('submitRuns', { place: { url, key }, run: { command: COMMAND, pool }, ...often });
  const rounds = await inTurns(bench.rounds, {
    spawn: () => other.run('startProcesses', { argv: COMMAND, ...one }),
    own: () => submit('local', one),
    hot: () => submit(hot.pool, one),
    spawnMany: () => other.run('startProcesses', { argv: COMMAND, ...many }),
    four: async () => {
      const before = server.cpuMs();
      const timed = await submit(four.pool, many);
      return { ...timed, cpuMs: (server.cpuMs() - before) / many.total };
    },
  });
  const spreads = (of: 'spawn' | 'own' | 'hot') =>
    medianSpread(rounds[of].map((round) => spreadOf(round.times)));
  const rates = rounds.four.map(({ perSecond }) => perSecond);
  const bare = rounds.spawnMany.map(({ perSecond }) => perSecond);
  return [
    {
      what: 'submit -> exit seen, hot agent over HTTP, p50 (p99)',
      yardstick: `own agent ${spread(spreads('own'))}, spawn ${spread(spreads('spawn'))}`,
      measured: spread(spreads('hot')),
      budget: '-',
      met: null,
    },
    {
      what: `short runs a second through ${HTTP_AGENTS} agents over HTTP at ${IN_FLIGHT} in flight`,
      yardstick: `spawn loop ${median(bare).toFixed(0)}/s`,
      measured: `${median(rates).toFixed(0)}/s: ${times(medianRatio(rates, bare))}`,
      budget: '-',
      met: null,
    },
    {
      what: 'processor time of the server for one of them',
      yardstick: null,
      measured: ms(median(rounds.four.map(({ cpuMs }) => cpuMs))),
      budget: '-',
      met: null,
    },
  ];
}
