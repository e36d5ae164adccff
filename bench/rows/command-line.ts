import type { Bench } from '../bench.ts';
import { medianRatio, medianSpread, spread, spreadOf, times } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import { ERRAND } from '../plant/server.ts';
import { type Line, notHere, type Row } from '../row.ts';
import type { Timed } from '../workers/in-flight.ts';
import type { Elsewhere, Found } from '../yardsticks/yardstick.ts';

const WHAT = 'errand run -- true, as published, whole process, server up';
const DOCKER_SHARE = 1;

/** The command line as a process, from its start to its end. */
export const commandLine: Row = { name: 'command-line', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [{ url, key }, published, client, other, docker, ssh] = await Promise.all([
    bench.server(),
    bench.published(),
    bench.client(),
    bench.other(),
    bench.docker(),
    bench.ssh(),
  ]);
  const often = { total: bench.size(20, 5), inFlight: 1 };
  const env = { ...(process.env as Record<string, string>), ERRAND_URL: url, ERRAND_KEY: key };
  const there = async (found: Found<Elsewhere>): Promise<Timed | null> =>
    'found' in found
      ? await other.run('startProcesses', { argv: found.found.argv(['true']), ...often })
      : null;
  const rounds = await inTurns(bench.rounds, {
    errand: () => client.run('startProcesses', { argv: [published, 'run', '--', 'true'], env, ...often }),
    clone: () => client.run('startProcesses', { argv: [ERRAND, 'run', '--', 'true'], env, ...often }),
    docker: () => there(docker),
    ssh: () => there(ssh),
  });
  return [
    besides('docker exec', docker, { ours: rounds.errand, theirs: rounds.docker, share: DOCKER_SHARE }),
    besides('ssh, control master', ssh, { ours: rounds.errand, theirs: rounds.ssh, share: null }),
    {
      what: 'the same from a clone',
      yardstick: null,
      measured: spread(medianSpread(rounds.clone.map((timed) => spreadOf(timed.times)))),
      budget: '-',
      met: null,
    },
  ];
}

interface Beside {
  readonly ours: readonly Timed[];
  readonly theirs: readonly (Timed | null)[];
  readonly share: number | null;
}

function besides(name: string, found: Found<Elsewhere>, { ours, theirs, share }: Beside): Line {
  const budget = share === null ? '-' : `p50 at most ${share}x`;
  if ('missing' in found) return notHere(WHAT, budget, `${name}: ${found.missing}`);
  const mine = ours.map(({ times }) => spreadOf(times));
  const other = theirs.flatMap((timed) => (timed === null ? [] : [spreadOf(timed.times)]));
  const ratio = medianRatio(
    mine.map(({ p50 }) => p50),
    other.map(({ p50 }) => p50),
  );
  return {
    what: share === null ? 'the same' : WHAT,
    yardstick: `${name} ${spread(medianSpread(other))}`,
    measured: `${spread(medianSpread(mine))}: ${times(ratio)}`,
    budget,
    met: share === null ? null : ratio <= share,
  };
}
