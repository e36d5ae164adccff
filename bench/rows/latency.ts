import type { Bench } from '../bench.ts';
import { medianRatio, medianSpread, ms, spread, spreadOf, times } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import { type Line, notHere, type Row } from '../row.ts';
import type { Timed } from '../workers/in-flight.ts';

const COMMAND = ['/bin/echo', 'hello'];
const MORE_MS = 2;
const TAIL = 3;
const SSH_SHARE = 0.5;
const WHAT = 'submit -> exit seen, warm, over HTTP, p50 (p99)';
const SSH_BUDGET = `p50 at most ${SSH_SHARE}x`;

/** One run at a time, from the submission until its exit status is seen. */
export const latency: Row = { name: 'latency', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [server, client, other, ssh] = await Promise.all([
    bench.server(),
    bench.client(),
    bench.other(),
    bench.ssh(),
  ]);
  const often = { total: bench.size(200, 30), inFlight: 1 };
  const rounds = await inTurns(bench.rounds, {
    spawn: () => other.run('startProcesses', { argv: COMMAND, ...often }),
    errand: () => client.run('submitRuns', { place: placeOf(server), run: { command: COMMAND }, ...often }),
    ssh: async () =>
      'found' in ssh ? await other.run('startProcesses', { argv: ssh.found.argv(COMMAND), ...often }) : null,
  });
  const errand = rounds.errand.map(spreadOfTimes);
  const lines = [besideSpawn(rounds.spawn.map(spreadOfTimes), errand)];
  if ('missing' in ssh) return [...lines, notHere('the same', SSH_BUDGET, ssh.missing)];
  return [
    ...lines,
    besideSsh(
      rounds.ssh.flatMap((timed) => (timed === null ? [] : [spreadOfTimes(timed)])),
      errand,
    ),
  ];
}

type Spreads = readonly ReturnType<typeof spreadOf>[];

function spreadOfTimes({ times }: Timed): ReturnType<typeof spreadOf> {
  return spreadOf(times);
}

function besideSpawn(spawn: Spreads, errand: Spreads): Line {
  const ours = medianSpread(errand);
  const bare = medianSpread(spawn);
  const tail = medianRatio(
    errand.map(({ p99 }) => p99),
    spawn.map(({ p99 }) => p99),
  );
  return {
    what: WHAT,
    yardstick: `spawn ${spread(bare)}`,
    measured: `${spread(ours)}: +${ms(ours.p50 - bare.p50)} (${times(tail)})`,
    budget: `p50 at most + ${MORE_MS} ms (p99 ${TAIL}x)`,
    met: ours.p50 - bare.p50 <= MORE_MS && tail <= TAIL,
  };
}

function besideSsh(ssh: Spreads, errand: Spreads): Line {
  const ratio = medianRatio(
    errand.map(({ p50 }) => p50),
    ssh.map(({ p50 }) => p50),
  );
  return {
    what: 'the same',
    yardstick: `ssh, control master ${spread(medianSpread(ssh))}`,
    measured: `${spread(medianSpread(errand))}: ${times(ratio)}`,
    budget: SSH_BUDGET,
    met: ratio <= SSH_SHARE,
  };
}

function placeOf({ url, key }: { url: string; key: string }): { url: string; key: string } {
  return { url, key };
}
