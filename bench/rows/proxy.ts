import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { median, medianRatio, medianSpread, ms, spread, spreadOf, times } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import type { Line, Row } from '../row.ts';
import { Api } from '../workers/api.ts';
import { endSession, readySession } from '../workers/sessions.ts';

const PROGRAM = join(import.meta.dirname, '../yardsticks/idle-server.ts');

/** Small answers of a service in a session, through the proxy with a key, beside the service's own port. */
export const proxy: Row = { name: 'proxy', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [{ url, key }, client] = await Promise.all([bench.server(), bench.client()]);
  using api = new Api({ url, key });
  const { id, subdomain, ports } = await readySession(api, {
    provider: 'process',
    command: [process.execPath, PROGRAM, '--listen'],
    ports: [{ port: 80 }],
    health: { path: '/', interval: '100ms' },
  });
  const through = { place: { url, key }, path: `/at/${subdomain}/` };
  const direct = { place: { url: `http://127.0.0.1:${ports[0]?.outerPort}`, key: 'none' }, path: '/' };
  const many = { total: bench.size(4_000, 400), inFlight: 16 };
  const single = { total: bench.size(500, 50), inFlight: 1 };
  const rounds = await inTurns(bench.rounds, {
    through: () => client.run('askOften', { ...through, ...many }),
    direct: () => client.run('askOften', { ...direct, ...many }),
    oneThrough: () => client.run('askOften', { ...through, ...single }),
    oneDirect: () => client.run('askOften', { ...direct, ...single }),
  });
  await endSession(api, id);
  const rate = (of: 'through' | 'direct'): number[] => rounds[of].map(({ perSecond }) => perSecond);
  const time = (of: 'oneThrough' | 'oneDirect') => medianSpread(rounds[of].map((one) => spreadOf(one.times)));
  const [ours, theirs] = [time('oneThrough'), time('oneDirect')];
  return [
    {
      what: 'requests a second through the proxy, 16 at once',
      yardstick: `direct ${median(rate('direct')).toFixed(0)}/s`,
      measured: `${median(rate('through')).toFixed(0)}/s: ${times(medianRatio(rate('through'), rate('direct')))}`,
      budget: '-',
      met: null,
    },
    {
      what: 'one request through the proxy, p50 (p99)',
      yardstick: `direct ${spread(theirs)}`,
      measured: `${spread(ours)}: +${ms(ours.p50 - theirs.p50)}`,
      budget: '-',
      met: null,
    },
  ];
}
