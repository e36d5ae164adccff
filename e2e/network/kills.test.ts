import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sized } from '../../scripts/sizes.ts';
import type { Child } from '../harness/child.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { processesWith } from '../harness/processes.ts';
import type { Server } from '../harness/server.ts';
import { expectWhole, type Talk, talk } from '../harness/talks.ts';
import { until } from '../harness/until.ts';

const KILLS = sized({ test: 5, ci: 20, soak: 200 });
const CLIENTS = 3;

it(`gives every run one true end though an agent elsewhere and its server are killed ${KILLS} times`, async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const agent = await startAgent(place, server, http);
  const stop = new AbortController();
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    keepBusy({ place, server, index, signal: stop.signal }),
  );
  try {
    for (let kills = 0; kills < KILLS; kills += 1) {
      await sleep(Math.random() * 1_500);
      const what = (['agent', 'server', 'both'] as const)[kills % 3];
      if (what !== 'server') await agent.kill();
      if (what !== 'agent') await server.kill();
      // An agent that is back first finds nobody.
      if (what !== 'server') agent.start();
      if (what !== 'agent') await server.start();
    }
  } finally {
    stop.abort();
  }
  const talks = (await Promise.all(clients)).flat();
  expect(talks.length).toBeGreaterThan(KILLS);
  for (const each of talks) await expectWhole(http, each);
  expect(processesWith(place.path('talk'))).toEqual([]);
}, 1_200_000);

interface Agent {
  kill(): Promise<void>;
  start(): void;
}

async function startAgent(place: Place, server: Server, http: HttpClient): Promise<Agent> {
  const made = await http.ask('POST', '/v1/pools/lab/tokens', { body: {} });
  const { token } = JSON.parse(made.text) as { token: string };
  const data = place.hasAgent(place.path('agent'));
  const launch = (...more: readonly string[]): Child =>
    place.errand(['agent', '--url', server.url, '--data', data, '--name', 'one', '--slots', '8', ...more]);
  let child = launch('--token', token);
  await until(
    () => /serves the pool/.test(child.stderr),
    () => `the agent: ${child.stderr}`,
  );
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await child.ended;
    },
    start: () => {
      child = launch();
    },
  };
}

interface Busy {
  readonly place: Place;
  readonly server: Server;
  readonly index: number;
  readonly signal: AbortSignal;
}

/** A client that submits one run after the other, each until it was answered. */
async function keepBusy({ place, server, index, signal }: Busy): Promise<Talk[]> {
  using http = server.http();
  const talks: Talk[] = [];
  for (let turn = 0; !signal.aborted; turn += 1) {
    const name = `talk-${index}-${turn}`;
    const options = {
      name,
      pool: 'lab',
      pieces: turn % 7,
      pauseSeconds: 0.15 * (turn % 3),
      status: turn % 250,
    };
    talks.push(await until(() => talk(place, http, options).catch(() => null), `an answer for ${name}`));
    await sleep(150);
  }
  return talks;
}
