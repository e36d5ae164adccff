import type { Session } from '@errand/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  docker,
  dockerEngine,
  makeImage,
} from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { needs, requires } from '../../scripts/requires.ts';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { processesWith } from '../harness/processes.ts';
import { hosting } from '../harness/requirements.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

needs(hosting);

let place: Place;
let server: Server;
let http: HttpClient;

beforeAll(async () => {
  place = new Place();
  server = await place.server({ config: 'logLevel: warn\ndocker: {}' });
  http = server.http();
}, 120_000);
afterAll(async () => {
  for (const pid of processesWith(place.path('data', 'docker'))) signalIfAlive(pid, 'SIGKILL');
  http[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

async function setPool(launch: object, settings: object = {}): Promise<void> {
  const answer = await http.ask('PUT', '/v1/pools/fresh', { body: { launch, ...settings } });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** Sessions of this control plane that are not over. */
async function sessions(): Promise<readonly Session[]> {
  const { text } = await http.ask('GET', '/v1/sessions');
  const { sessions: all } = JSON.parse(text) as { sessions: Session[] };
  return all.filter(({ state }) => state !== 'deleted' && state !== 'failed');
}

const untilNone = () => until(async () => (await sessions()).length === 0, 'no session to be left');
const said = (id: string, text: string) =>
  until(async () => (await logOf(http, id)).includes(text), `${text} in the log`);

describe('a pool on demand of folders and processes', () => {
  it('gives each run a session of its own, which is gone afterwards', async () => {
    await setPool({ provider: 'process' });
    const shell = 'pwd; ls; touch left-behind; exit 3';
    const [one, two] = await Promise.all([1, 2].map(() => finish(http, { shell, pool: 'fresh' })));
    expect([one?.exitCode, two?.exitCode]).toEqual([3, 3]);
    const logs = [one, two].map(async (run) => (await logOf(http, run?.id ?? '')).toString());
    const folders = await Promise.all(logs);
    expect(new Set(folders).size).toBe(2);
    for (const folder of folders) expect(folder).toMatch(/\/sessions\/ses_\w+\/files\n$/);
    await untilNone();
  });
});

requires(dockerEngine)('a pool on demand of containers', () => {
  it('runs each command in a fresh container, in an image without a shell, and leaves none', async () => {
    using image = makeImage([]);
    await setPool({ provider: 'docker', image: image.name, options: { readOnlyRoot: true } }, { limit: 1 });
    const command = ['busybox', 'hostname'];
    const [one, two] = await Promise.all([1, 2].map(() => finish(http, { command, pool: 'fresh' })));
    expect([one?.exitCode, two?.exitCode]).toEqual([0, 0]);
    const hosts = await Promise.all([one, two].map((run) => logOf(http, run?.id ?? '')));
    expect(hosts[0]?.toString()).not.toBe(hosts[1]?.toString());
    await untilNone();
    const left = docker('ps', '-aq', '--filter', `ancestor=${image.name}`);
    expect(left).toBe('');
  });

  it('goes on when the control plane is killed in the middle, and cancel leaves nothing either', async () => {
    using image = makeImage();
    await setPool({ provider: 'docker', image: image.name });
    const shell = 'i=0; while [ $i -lt 150 ]; do echo line $i; i=$((i+1)); sleep 0.02; done; exit 6';
    const { id } = await submit(http, { shell, pool: 'fresh' });
    const endless = await submit(http, { shell: 'echo here; sleep 1000', pool: 'fresh' });
    await said(id, 'line 10');
    await said(endless.id, 'here');
    await server.kill();
    await server.start();
    await http.ask('POST', `/v1/runs/${endless.id}/cancel`);
    expect((await look(http, id, 'ended')).end).toMatchObject({ reason: 'exited', code: 6 });
    expect((await logOf(http, id)).toString()).toContain('line 149\n');
    expect((await look(http, endless.id, 'ended')).end).toMatchObject({ reason: 'canceled' });
    await untilNone();
    expect(docker('ps', '-aq', '--filter', `ancestor=${image.name}`)).toBe('');
  });

  it('refuses a run whose container can never be made, and says so', async () => {
    await setPool({ provider: 'docker', image: 'Not/An/IMAGE' });
    const run = await finish(http, { command: ['true'], pool: 'fresh' });
    expect(run.end).toMatchObject({ reason: 'refused' });
    expect(run.end?.sentence).toContain('Not/An/IMAGE');
    await untilNone();
  });
});

it('refuses what no provider would make, and a pool that agents serve', async () => {
  const wrong = await http.ask('PUT', '/v1/pools/fresh', { body: { launch: { provider: 'docker' } } });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('image')]);
  const served = await http.ask('PATCH', '/v1/pools/local', { body: { launch: { provider: 'process' } } });
  expect([served.status, served.text]).toEqual([
    409,
    expect.stringContaining('agents serve the runs of the pool'),
  ]);
});
