import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { isAlive } from '../harness/processes.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

let place: Place;
let server: Server;
let http: HttpClient;
/** Waits in a pool that nobody serves; submitted first, because nothing expires in the first 30 s of a server. */
let waiting: string;

beforeAll(async () => {
  place = new Place();
  server = await place.server();
  http = server.http();
  await http.ask('POST', '/v1/pools/nobody/tokens', { body: {} });
  waiting = (await submit(http, { command: ['true'], pool: 'nobody', queueTimeout: '1s' })).id;
}, 120_000);
afterAll(async () => {
  http[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

describe('a run tells how it ended', () => {
  it('where its folder does not exist', async () => {
    const { end } = await finish(http, { command: ['true'], cwd: '/no/such/folder' });
    expect(end).toMatchObject({ reason: 'spawn_failed', exitCode: 126 });
    expect(end?.sentence).toContain('the working directory /no/such/folder does not exist');
  });

  it('where its program is not found (127) or not executable (126)', async () => {
    const missing = await finish(http, { command: ['no-such-program'] });
    expect(missing.end).toMatchObject({ reason: 'spawn_failed', exitCode: 127 });
    expect(missing.end?.sentence).toContain('no-such-program was not found in /');
    const file = place.path('not-executable');
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
    const refused = await finish(http, { command: [file] });
    expect(refused.end).toMatchObject({ reason: 'spawn_failed', exitCode: 126 });
    expect(refused.end?.sentence).toContain(`${file} is not executable`);
  });

  it('and tells exit 137 from SIGKILL', async () => {
    expect((await finish(http, { shell: 'exit 137' })).end).toMatchObject({ reason: 'exited', code: 137 });
    expect((await finish(http, { shell: 'kill -9 $$' })).end).toMatchObject({
      reason: 'signaled',
      signal: 'SIGKILL',
      exitCode: 137,
    });
  });

  it('where it ignores the signal: grace, then the kill', async () => {
    const shell = `trap 'echo TERM came' TERM; echo ready; while :; do sleep 0.05; done`;
    const { id } = await submit(http, { shell, grace: '700ms' });
    await until(async () => (await logOf(http, id)).length > 0, 'ready');
    await http.ask('POST', `/v1/runs/${id}/cancel`, { body: {} });
    const { end, cancelRequestedAt } = await look(http, id, 'ended');
    expect(end).toMatchObject({ reason: 'canceled', exitCode: 130 });
    expect(cancelRequestedAt).not.toBeNull();
    expect((await logOf(http, id)).toString()).toMatch(/^ready\n(Terminated\n)?TERM came\n$/);
  });

  it('where it says goodbye within the grace, whatever status it ends with', async () => {
    const { id } = await submit(http, { shell: `trap 'echo bye; exit 0' INT; echo ready; sleep 60` });
    await until(async () => (await logOf(http, id)).length > 0, 'ready');
    await http.ask('POST', `/v1/runs/${id}/cancel`, { body: { signal: 'INT' } });
    expect(await look(http, id, 'ended')).toMatchObject({ status: 'canceled', exitCode: 130 });
    expect((await logOf(http, id)).toString()).toBe('ready\nbye\n');
  });
});

describe('of a run that is over', () => {
  /** Children of every kind that try to stay: setsid, a double fork, an empty environment, and one that ignores TERM. */
  const FAMILY = `
    sh -c 'echo $$ >>"$0"; exec sleep 1000' "$1" &
    setsid sh -c 'echo $$ >>"$0"; exec sleep 1000' "$1" &
    ( ( echo $(exec sh -c 'echo $PPID') >>"$1"; exec sleep 1000 ) & )
    env -i setsid /bin/sh -c 'echo $$ >>"$0"; trap "" TERM; while :; do /bin/sleep 1; done' "$1" &
    echo $$ >>"$1"
    while [ $(wc -l <"$1") -lt 5 ]; do sleep 0.05; done
    echo ready`;

  const family = (name: string, rest: string) => {
    const file = place.path(name);
    writeFileSync(file, '');
    const pids = () => readFileSync(file, 'utf8').trim().split('\n').map(Number);
    return { command: ['sh', '-c', `${FAMILY}; ${rest}`, 'sh', file], pids };
  };

  it('no process is left after a cancel, of whatever kind', async () => {
    const { command, pids } = family('canceled', 'sleep 1000');
    const { id } = await submit(http, { command, grace: '300ms' });
    await until(async () => (await logOf(http, id)).length > 0, 'the family');
    expect(pids().map(isAlive)).toEqual([true, true, true, true, true]);
    await http.ask('POST', `/v1/runs/${id}/cancel`, { body: {} });
    expect((await look(http, id, 'ended')).end?.reason).toBe('canceled');
    expect(pids().filter(isAlive)).toEqual([]);
  });

  it('no process is left after its time-out', async () => {
    const { command, pids } = family('timed-out', 'sleep 1000');
    const run = await finish(http, { command, timeout: '3s', grace: '300ms' });
    expect(run).toMatchObject({ status: 'timed_out', exitCode: 124 });
    expect(pids()).toHaveLength(5);
    expect(pids().filter(isAlive)).toEqual([]);
  });

  it('no process is left after its own end, which counts', async () => {
    const { command, pids } = family('over', 'exit 9');
    expect(await finish(http, { command, grace: '300ms' })).toMatchObject({ status: 'failed', exitCode: 9 });
    expect(pids().filter(isAlive)).toEqual([]);
  });
});

describe('a run that nobody serves', () => {
  it('ends with its queue time-out, having told why it waits', async () => {
    const queued = await look(http, waiting);
    if (queued.endedAt === null) expect(queued.why).toMatch(/errand pool token nobody/);
    const run = await look(http, waiting, 'ended');
    expect(run).toMatchObject({ status: 'timed_out', exitCode: 124, attempts: [], startedAt: null });
    expect(run.end?.sentence).toContain('No agent took the run');
  });
});

it('leaves children where that was asked for, and they survive a restart of the server', async () => {
  const file = place.path('kept');
  const command = ['sh', '-c', 'sleep 1000 >/dev/null 2>&1 & echo $! >"$1"; echo done', 'sh', file];
  expect(await finish(http, { command, keepChildren: true })).toMatchObject({ exitCode: 0 });
  const pid = Number(readFileSync(file, 'utf8'));
  await server.kill();
  await server.start();
  expect(isAlive(pid)).toBe(true);
  signalIfAlive(pid, 'SIGKILL');
});
