import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { sized } from '../../scripts/sizes.ts';
import type { HttpClient } from '../harness/http.ts';
import { type Machine, Network } from '../harness/network.ts';
import { Place } from '../harness/place.ts';
import { processesWith } from '../harness/processes.ts';
import { namespaces } from '../harness/requirements.ts';
import { look } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { expectWhole, type Talk, talk } from '../harness/talks.ts';
import { until } from '../harness/until.ts';

/** How long a line is cut. Longer than a lease, so that the server misses the agent; in a developer's `npm test` only long enough to hurt. */
const CUT_SECONDS = sized({ test: 6, ci: 90, soak: 90 });
const IS_MISSED = CUT_SECONDS > 60;
const PAUSE_SECONDS = 0.25;
/** The commands write on for a while once the line is whole again. */
const PIECES = Math.ceil((CUT_SECONDS * 1.2 + 6) / PAUSE_SECONDS);

interface Agent {
  readonly pool: string;
  readonly machine: Machine;
}

requires(namespaces)('agents in networks of their own', () => {
  it(`lose no byte and no end while their lines are cut for ${CUT_SECONDS} s: both ways, one way, and now and then`, async () => {
    await using place = new Place();
    const network = new Network(place);
    const elsewhere = { within: network.within, address: network.address };
    const server = await place.server({ elsewhere, config: 'logLevel: warn\ntrustProxy: true' });
    using http = server.http();
    const join = (pool: string) => joinedAgent({ place, server, http, pool, machine: network.machine() });
    const [whole, there, back, bad] = await Promise.all(['whole', 'there', 'back', 'bad'].map(join));
    const talks = await Promise.all([
      ...startTalks(place, http, whole!, 20),
      ...startTalks(place, http, there!, 4),
      ...startTalks(place, http, back!, 4),
      ...startTalks(place, http, bad!, 4),
    ]);
    await Promise.all(
      talks.map(({ id }) =>
        until(async () => (await look(http, id)).log !== null || (await bytesOf(http, id)) > 0, 'bytes'),
      ),
    );

    whole!.machine.cut('both');
    there!.machine.cut('there');
    back!.machine.cut('back');
    const missed = talks.filter(({ file }) => /-(whole|there|back)-0$/.test(file));
    const isMissed = async ({ id }: Talk) => (await look(http, id)).status === 'unreachable';
    await Promise.all([
      sleep(CUT_SECONDS * 1_000),
      bad!.machine.worsen(CUT_SECONDS * 1_000),
      ...(IS_MISSED ? missed : []).map((each) => until(() => isMissed(each), `${each.file} to be missed`)),
    ]);
    for (const agent of [whole, there, back]) agent!.machine.heal();

    for (const each of talks) await expectWhole(http, each);
    expect(processesWith(place.path('talk'))).toEqual([]);
  }, 600_000);
});

function startTalks(place: Place, http: HttpClient, { pool }: Agent, count: number): Promise<Talk>[] {
  return Array.from({ length: count }, (_, index) =>
    talk(place, http, {
      name: `talk-${pool}-${index}`,
      pool,
      // Every fourth one ends while nobody hears of it.
      pieces: index % 4 === 3 ? Math.ceil(PIECES / 3) : PIECES,
      pauseSeconds: PAUSE_SECONDS,
      status: index,
    }),
  );
}

async function bytesOf(http: HttpClient, id: string): Promise<number> {
  return (await http.ask('GET', `/v1/runs/${id}/log`)).bytes.length;
}

interface Joining extends Agent {
  readonly place: Place;
  readonly server: Server;
  readonly http: HttpClient;
}

async function joinedAgent({ place, server, http, pool, machine }: Joining): Promise<Agent> {
  const made = await http.ask('POST', `/v1/pools/${pool}/tokens`, { body: {} });
  const { token } = JSON.parse(made.text) as { token: string };
  const data = place.hasAgent(place.path(`agent-${pool}`));
  const args = [
    'agent',
    '--url',
    server.url,
    '--data',
    data,
    '--name',
    pool,
    '--slots',
    '32',
    '--token',
    token,
  ];
  const child = place.errand(args, { within: machine.within });
  await until(
    () => /serves the pool/.test(child.stderr),
    () => `the agent: ${child.stderr}`,
  );
  return { pool, machine };
}
