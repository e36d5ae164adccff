import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../harness/child.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

let place: Place;
let server: Server;
let http: HttpClient;
let token: string;
let agent: Child;
let data: string;

beforeAll(async () => {
  place = new Place();
  server = await place.server();
  http = server.http();
  token = (await place.errand(['pool', 'token', 'lab'], { env: server.env }).ended).stdout.trim();
  data = place.hasAgent(place.path('machine'));
  agent = await join(token);
}, 120_000);
afterAll(async () => {
  http[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

const start = (folder: string, ...more: readonly string[]) =>
  place.errand(['agent', '--url', server.url, '--data', folder, '--name', 'bench-7', ...more]);

/** Joins with the token, as a person would on the other machine. */
async function join(token: string): Promise<Child> {
  const child = start(data, '--token', token);
  await until(isOnline, () => `the agent: ${child.stderr}`);
  return child;
}

async function isOnline(): Promise<boolean> {
  const { stdout } = await place.errand(['agent', 'ls', '--json'], { env: server.env }).ended;
  const { agents } = JSON.parse(stdout) as { agents: { name: string; online: boolean; slots: number }[] };
  return agents.some(({ name, online, slots }) => name === 'bench-7' && online && slots > 0);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const TALK = `i=0; while [ $i -lt $2 ]; do head -c 65536 /dev/urandom; sleep 0.1; i=$((i+1)); done | tee "$1"; exit 5`;

describe('a second machine', () => {
  it('executes the runs of its pool, and their logs arrive byte for byte with both streams', async () => {
    const run = await finish(http, { shell: 'echo out; sleep 0.1; echo err >&2; exit 4', pool: 'lab' });
    expect(run).toMatchObject({ end: { reason: 'exited' }, exitCode: 4, pool: 'lab' });
    expect((await logOf(http, run.id)).toString()).toBe('out\nerr\n');
    expect((await logOf(http, run.id, '?stream=stderr')).toString()).toBe('err\n');
    const file = place.path('random');
    const big = await finish(http, {
      command: ['sh', '-c', 'head -c 30000000 /dev/urandom | tee "$0"', file],
      pool: 'lab',
    });
    const written = readFileSync(file);
    expect(big.log).toEqual({ bytes: written.length, sha256: sha256(written), truncated: null });
    expect((await logOf(http, big.id)).equals(written)).toBe(true);
  });

  it('gets standard input, and cancels', async () => {
    const { id } = await submit(http, { command: ['cat'], stdin: 'stream', pool: 'lab' });
    await http.ask('POST', `/v1/runs/${id}/input`, { body: 'one\n' });
    await until(async () => (await logOf(http, id)).toString() === 'one\n', 'the echo');
    await http.ask('POST', `/v1/runs/${id}/input?offset=4&end=1`, { body: 'two\n' });
    expect(await look(http, id, 'ended')).toMatchObject({ exitCode: 0 });
    expect((await logOf(http, id)).toString()).toBe('one\ntwo\n');
    const sleeping = await submit(http, { shell: 'echo ready; sleep 1000', pool: 'lab' });
    await until(async () => (await logOf(http, sleeping.id)).length > 0, 'ready');
    await http.ask('POST', `/v1/runs/${sleeping.id}/cancel`, { body: {} });
    expect(await look(http, sleeping.id, 'ended')).toMatchObject({ status: 'canceled', exitCode: 130 });
  });

  it('goes on where it was after kill -9 of the agent and of the server', async () => {
    const file = place.path('talk');
    const command = ['sh', '-c', TALK, 'sh', file, '40'];
    const { id } = await submit(http, { command, pool: 'lab' });
    await until(async () => (await logOf(http, id)).length > 200_000, 'some output');
    agent.kill('SIGKILL');
    await agent.ended;
    agent = start(data);
    await server.kill();
    await server.start();
    const run = await look(http, id, 'ended');
    const written = readFileSync(file);
    expect(run).toMatchObject({ exitCode: 5, attempt: 1 });
    expect(run.log).toEqual({ bytes: written.length, sha256: sha256(written), truncated: null });
    expect((await logOf(http, id)).equals(written)).toBe(true);
  });

  it('brings ends that nobody was there to hear', async () => {
    const file = place.path('unheard');
    const command = ['sh', '-c', TALK, 'sh', file, '8'];
    const { id } = await submit(http, { command, pool: 'lab' });
    await until(async () => (await logOf(http, id)).length > 0, 'output');
    await server.kill();
    agent.kill('SIGKILL');
    await agent.ended;
    await until(() => readFileSync(file).length === 8 * 65_536, 'the end of the command');
    await server.start();
    agent = start(data);
    expect(await look(http, id, 'ended')).toMatchObject({ exitCode: 5, attempt: 1 });
    expect((await logOf(http, id)).equals(readFileSync(file))).toBe(true);
  });

  it('is refused where its token was used before', async () => {
    const second = await start(place.hasAgent(place.path('thief')), '--token', token).ended;
    expect([second.status, second.stderr]).toEqual([125, expect.stringMatching(/join token is not valid/)]);
  });

  it('gets nothing any more once its key is revoked', async () => {
    const { stdout } = await place.errand(['key', 'ls', '--json'], { env: server.env }).ended;
    const { keys } = JSON.parse(stdout) as { keys: { id: string; role: string }[] };
    const [key] = keys.filter(({ role }) => role === 'agent');
    await place.errand(['key', 'rm', key?.id ?? ''], { env: server.env }).ended;
    agent.kill('SIGTERM');
    await agent.ended;
    const { id } = await submit(http, { command: ['true'], pool: 'lab' });
    const again = start(data);
    expect([(await again.ended).status, again.stderr]).toEqual([125, expect.stringMatching(/key|join/)]);
    expect((await look(http, id)).status).toBe('queued');
  });
});
