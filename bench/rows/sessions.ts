import type { Bench } from '../bench.ts';
import { medianRatio, medianSpread, ms, spread, spreadOf, times } from '../figures.ts';
import { inTurns, type Rounds } from '../in-turns.ts';
import { type Line, notHere, type Row } from '../row.ts';
import { Api } from '../workers/api.ts';
import type { Timed } from '../workers/in-flight.ts';
import { endSession, readySession } from '../workers/sessions.ts';
import { type DockerEngine, SERVICE } from '../yardsticks/docker.ts';

const READY = 'session in a container, image present: asked for -> ready, p50 (p99)';
const COMMAND = 'command in such a session: submit -> exit seen over HTTP';

/** Containers as sessions, beside the same containers without us. */
export const sessions: Row = { name: 'sessions', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const engine = await bench.docker();
  if ('missing' in engine)
    return [notHere(READY, '-', engine.missing), notHere(COMMAND, '-', engine.missing)];
  return [await starts(bench, engine.found), await commands(bench, engine.found)];
}

function wish({ image }: DockerEngine): object {
  const health = { path: '/', status: 404, interval: '100ms' };
  return { provider: 'docker', image, command: SERVICE, ports: [{ port: 80 }], health };
}

async function starts(bench: Bench, engine: DockerEngine): Promise<Line> {
  const [{ url, key }, client, other] = await Promise.all([
    bench.serverWithDocker(),
    bench.client(),
    bench.other(),
  ]);
  const often = { total: bench.size(5, 1), inFlight: 1 };
  const { docker, image } = engine;
  const rounds = await inTurns(bench.size(3, 1), {
    session: () => client.run('startSessions', { place: { url, key }, session: wish(engine), ...often }),
    docker: () => other.run('startContainers', { docker, image, command: SERVICE, port: 80, ...often }),
  });
  return beside(READY, 'docker run until it answers', { ours: rounds.session, theirs: rounds.docker });
}

async function commands(bench: Bench, engine: DockerEngine): Promise<Line> {
  const [{ url, key }, client, other] = await Promise.all([
    bench.serverWithDocker(),
    bench.client(),
    bench.other(),
  ]);
  using api = new Api({ url, key });
  const { id } = await readySession(api, wish(engine));
  const often = { total: bench.size(40, 5), inFlight: 1 };
  const run = { command: ['/bin/busybox', 'true'], session: id };
  const rounds = await inTurns(bench.rounds, {
    session: () => client.run('submitRuns', { place: { url, key }, run, ...often }),
    docker: () => other.run('startProcesses', { argv: engine.argv(['true']), ...often }),
  });
  await endSession(api, id);
  return beside(COMMAND, 'docker exec', { ours: rounds.session, theirs: rounds.docker });
}

type Sides = Rounds<{ ours: () => Promise<Timed>; theirs: () => Promise<Timed> }>;

function beside(what: string, yardstick: string, { ours, theirs }: Sides): Line {
  const [mine, others] = [ours, theirs].map((rounds) => rounds.map((timed) => spreadOf(timed.times)));
  const [us, them] = [medianSpread(mine ?? []), medianSpread(others ?? [])];
  const ratio = medianRatio(
    (mine ?? []).map(({ p50 }) => p50),
    (others ?? []).map(({ p50 }) => p50),
  );
  const more = us.p50 - them.p50;
  return {
    what,
    yardstick: `${yardstick} ${spread(them)}`,
    measured: `${spread(us)}: ${times(ratio)}, ${more < 0 ? '-' : '+'}${ms(Math.abs(more))}`,
    budget: '-',
    met: null,
  };
}
