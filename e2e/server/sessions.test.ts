import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run, Session } from '@errand/contract';
import { expect, it } from 'vitest';
import { needs } from '../../scripts/requires.ts';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { isAlive, processesWith } from '../harness/processes.ts';
import { hosting } from '../harness/requirements.ts';
import { until } from '../harness/until.ts';

needs(hosting);

/** Answers every request with the text; listens at the port that was chosen for it. */
const SERVE = `require('http').createServer((_, a) => a.end('OK')).listen(process.env.PORT, '127.0.0.1')`;

async function ask<Answer>(http: HttpClient, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await http.ask(method, path, body === undefined ? {} : { body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as Answer;
}

async function create(http: HttpClient, wish: object): Promise<Session> {
  const { id } = await ask<Session>(http, 'POST', '/v1/sessions', wish);
  return await settled(http, id);
}

function settled(http: HttpClient, id: string): Promise<Session> {
  return until(async () => {
    const session = await ask<Session>(http, 'GET', `/v1/sessions/${id}?wait=10s`);
    return session.settled && session;
  }, `${id} to settle`);
}

async function execute(http: HttpClient, session: string, shell: string): Promise<Run & { output: string }> {
  const { id } = await ask<Run>(http, 'POST', '/v1/runs', { session, shell });
  const run = await until(async () => {
    const seen = await ask<Run>(http, 'GET', `/v1/runs/${id}?wait=10s`);
    return seen.endedAt !== null && seen;
  }, `the end of ${id}`);
  return { ...run, output: (await http.ask('GET', `/v1/runs/${id}/log`)).text };
}

function folderOf(place: Place, { id }: Session): string {
  return place.path('data', 'agent', 'sessions', id);
}

/** Processes whose upper 40 bits of the soft limit on file locks are the session's mark; the test looks by itself. */
function treeOf(place: Place, session: Session): readonly number[] {
  const mark = readFileSync(join(folderOf(place, session), 'mark'), 'utf8').trim();
  return processesWith('').filter((pid) => {
    try {
      const soft = /^Max file locks\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];
      return soft !== undefined && String(BigInt(soft) >> 22n) === mark;
    } catch {
      return false;
    }
  });
}

it('makes a session, runs commands in it, keeps its files over stop and start, and leaves nothing behind', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const session = await create(http, {
    name: 'web',
    ports: [8080],
    health: { path: '/health', body: 'OK', interval: '100ms' },
    command: [process.execPath, '-e', SERVE],
    env: { COLOUR: 'blue' },
  });
  expect(session).toMatchObject({ state: 'ready', failure: null, alarm: null });
  const [port] = session.ports;
  expect(await (await fetch(`http://127.0.0.1:${port?.outerPort}/`)).text()).toBe('OK');
  const first = await execute(http, 'web', 'echo $COLOUR $PORT > made; (exec sleep 3600 &); pwd');
  expect(first).toMatchObject({ status: 'succeeded', session: session.id });
  expect(first.output.trim()).toBe(join(folderOf(place, session), 'files'));
  expect(processesWith('sleep\u00003600').length).toBe(1);

  await ask(http, 'POST', `/v1/sessions/${session.id}/stop`, {});
  const tree = treeOf(place, session);
  expect(tree.length).toBeGreaterThan(0);
  expect(await settled(http, session.id)).toMatchObject({ state: 'stopped', ports: [] });
  expect(tree.filter(isAlive)).toEqual([]);

  await ask(http, 'POST', `/v1/sessions/${session.id}/start`, {});
  const again = await settled(http, session.id);
  expect(again).toMatchObject({ state: 'ready', subdomain: session.subdomain, ports: session.ports });
  expect((await execute(http, 'web', 'cat made')).output.trim()).toBe(`blue ${port?.outerPort}`);

  await ask(http, 'DELETE', `/v1/sessions/${session.id}`);
  expect(await settled(http, session.id)).toMatchObject({ state: 'deleted' });
  expect(existsSync(folderOf(place, session))).toBe(false);
  const { runs } = await ask<{ runs: Run[] }>(http, 'GET', `/v1/runs?session=${session.id}`);
  expect(runs.every(({ endedAt }) => endedAt !== null)).toBe(true);
});

it('runs a command also while its keeper, which ends when it has nothing to do, is started again', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const session = await create(http, { name: 'idle' });
  const tree = treeOf(place, session);
  const keepers = processesWith('\0serve\0').filter((pid) => tree.includes(pid));
  expect(keepers).toHaveLength(1);
  for (const pid of keepers) signalIfAlive(pid, 'SIGKILL');
  expect(await execute(http, 'idle', 'echo again')).toMatchObject({ exitCode: 0, output: 'again\n' });
  await ask(http, 'DELETE', '/v1/sessions/idle');
});

it('ends also what left its session and emptied its environment', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const session = await create(http, {});
  await execute(http, session.id, 'setsid env -i /bin/sh -c "sleep 3601 & sleep 3601" > /dev/null 2>&1 &');
  const hidden = await until(() => processesWith('sleep\u00003601').length === 2, 'the daemons');
  expect(hidden).toBe(true);
  await ask(http, 'DELETE', `/v1/sessions/${session.id}`);
  await settled(http, session.id);
  expect(processesWith('sleep\u00003601')).toEqual([]);
});

it('is ended by the watchdog alone when server, agent and keepers were killed for good', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const session = await create(http, { lease: '5s', shell: 'sleep 3602' });
  await execute(http, session.id, '(exec setsid sleep 3602 &) ; true');
  const tree = treeOf(place, session);
  expect(tree.length).toBeGreaterThan(3);
  await server.kill();
  for (const pid of processesWith('errand-keeper')) if (tree.includes(pid)) signalIfAlive(pid, 'SIGKILL');
  await until(() => tree.filter(isAlive).length === 0, 'the end of every process of the session');
  await server.start();
  const found = await until(async () => {
    const seen = await ask<Session>(http, 'GET', `/v1/sessions/${session.id}`);
    return seen.state === 'stopped' && seen;
  }, 'the server to see it');
  expect(found).toMatchObject({ desired: 'stopped', failure: { outcome: 'failed' } });
  await ask(http, 'DELETE', `/v1/sessions/${session.id}`);
  expect(await settled(http, session.id)).toMatchObject({ state: 'deleted' });
});

it('goes on, with all that runs in it, while the server is killed and comes back', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const session = await create(http, { shell: 'exec sleep 3603' });
  const { id } = await ask<Run>(http, 'POST', '/v1/runs', {
    session: session.id,
    shell: 'echo begun; until test -e go; do sleep 0.05; done; echo done',
  });
  await until(async () => (await http.ask('GET', `/v1/runs/${id}/log`)).text !== '', 'its first word');
  const before = treeOf(place, session).filter((pid) => processesWith('sleep\u00003603').includes(pid));
  expect(before).toHaveLength(1);
  await server.kill();
  await server.start();
  expect((await execute(http, session.id, 'touch go')).status).toBe('succeeded');
  const ended = await until(async () => {
    const run = await ask<Run>(http, 'GET', `/v1/runs/${id}?wait=10s`);
    return run.endedAt !== null && run;
  }, 'the end of the run');
  expect(ended).toMatchObject({ status: 'succeeded' });
  expect((await http.ask('GET', `/v1/runs/${id}/log`)).text).toBe('begun\ndone\n');
  expect(before.filter(isAlive)).toEqual(before);
  expect(await settled(http, session.id)).toMatchObject({ state: 'ready', launches: 1 });
  await ask(http, 'DELETE', `/v1/sessions/${session.id}`);
  await settled(http, session.id);
  expect(before.filter(isAlive)).toEqual([]);
});

it.each([
  ['its command ends', { shell: 'echo no; exit 3', health: { tcp: 8080, interval: '50ms' } }, /ended with 3/],
  [
    'it never becomes healthy',
    { health: { command: ['test', '-e', 'never'], interval: '50ms' } },
    /did not become ready within 2 s/,
  ],
  [
    'its health check says that waiting is pointless',
    {
      command: [process.execPath, '-e', SERVE],
      health: { path: '/', body: 'yes', failedBody: 'OK', interval: '50ms' },
    },
    /failed for good/,
  ],
])('rolls a start back when %s', async (_what, wish, sentence) => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const session = await create(http, { ports: [8080], readyTimeout: '2s', ...wish });
  expect(session).toMatchObject({ state: 'failed', failure: { sentence: expect.stringMatching(sentence) } });
  expect(existsSync(folderOf(place, session))).toBe(false);
});

it('stops what is idle, and nothing that is used, also by work in the background', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const make = () => create(http, { idle: '4s' });
  const [silent, daemon, busy, working] = [await make(), await make(), await make(), await make()];
  await execute(http, daemon.id, '(exec sleep 3604 &); true');
  await execute(http, working.id, '(exec sh -c "while :; do :; done" &); true');
  await ask<Run>(http, 'POST', '/v1/runs', { session: busy.id, shell: 'exec sleep 3604' });
  const state = async ({ id }: Session) => (await ask<Session>(http, 'GET', `/v1/sessions/${id}`)).state;
  await until(async () => (await state(silent)) === 'stopped', 'the silent one to stop');
  await until(async () => (await state(daemon)) === 'stopped', 'the one with a silent daemon to stop');
  const shown = await ask<Session>(http, 'GET', `/v1/sessions/${busy.id}`);
  expect(shown).toMatchObject({ state: 'ready', alive: { because: 'run' } });
  expect(shown.alive?.sentence).toContain('A command runs in it');
  expect(await state(working)).toBe('ready');
  for (const { id } of [silent, daemon, busy, working]) {
    await ask(http, 'DELETE', `/v1/sessions/${id}`);
    await settled(http, id);
  }
  expect(processesWith('sleep\u00003604')).toEqual([]);
});

it('refuses a command in a session that is not there for it, with what would help', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const session = await create(http, {});
  await ask(http, 'POST', `/v1/sessions/${session.id}/stop`, {});
  await settled(http, session.id);
  const refused = await http.ask('POST', '/v1/runs', { body: { session: session.id, shell: 'true' } });
  expect(refused.status).toBe(409);
  expect(refused.text).toContain(`errand session start ${session.id} starts it`);
  expect((await http.ask('POST', '/v1/runs', { body: { session: 'none', shell: 'true' } })).status).toBe(404);
  await ask(http, 'DELETE', `/v1/sessions/${session.id}`);
  await settled(http, session.id);
});

it('goes on when whoever follows its start is interrupted, who hears how to end it; and says where it is reached', async () => {
  await using place = new Place();
  const server = await place.server();
  const errand = (...args: readonly string[]) => place.errand(['session', ...args], { env: server.env });
  const made = await errand('create', '--name', 'web', '--port', '8080', '--', 'sleep', '1000').ended;
  const { port } = new URL(server.url);
  expect(made.stdout).toMatch(
    new RegExp(`^ses_\\S+ ready\nhttp://[a-z]+-[a-z]+\\.localhost:${port}\n8080 at `),
  );
  const child = errand(
    'create',
    '--name',
    'slow',
    '--port',
    '8080',
    '--health-path',
    '/',
    '--',
    'sleep',
    '1000',
  );
  const { sessions } = server.sdk();
  const slow = () => sessions.get('slow').catch(() => null);
  await until(async () => (await slow())?.state === 'starting', 'the start');
  child.kill('SIGINT');
  const { status, stderr } = await child.ended;
  expect([status, stderr]).toEqual([
    130,
    expect.stringMatching(/(ses_\S+) goes on; .*errand session rm \1 ends it/),
  ]);
  expect((await slow())?.desired).toBe('running');
  for (const name of ['web', 'slow']) expect((await errand('rm', name).ended).status).toBe(0);
});
