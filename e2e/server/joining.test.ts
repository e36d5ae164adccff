import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../harness/child.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

/** Somebody's machine: nothing is known of it but where Node is, or not even that. */
class Machine {
  readonly home: string;
  readonly #place: Place;

  constructor(place: Place, name: string) {
    this.#place = place;
    this.home = place.path(name);
    mkdirSync(this.home);
    place.hasAgent(this.data);
  }

  get folder(): string {
    return join(this.home, '.local/share/errand-agent');
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** The one line of `errand pool token`, with the script as it was served. */
  install(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
    return this.#start('/bin/sh', ['-s', '--', ...args], { env, input: script });
  }

  /** What was installed, as a service would start it. */
  start(): Child {
    return this.#start(join(this.folder, 'errand-agent'), []);
  }

  #start(program: string, args: readonly string[], more: { env?: object; input?: string } = {}): Child {
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: this.home, ...more.env };
    const input = more.input === undefined ? {} : { input: more.input };
    const child = new Child(program, args, { cwd: this.home, env, ...input });
    this.#place.atEnd(() => child.kill('SIGKILL'));
    return child;
  }
}

let place: Place;
let server: Server;
let http: HttpClient;
let script: string;

beforeAll(async () => {
  place = new Place();
  server = await place.server();
  http = server.http();
  script = (await http.ask('GET', '/agent.sh')).text;
}, 120_000);
afterAll(async () => {
  http[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

const tokenFor = async (pool: string, ...more: readonly string[]): Promise<string> =>
  (await place.errand(['pool', 'token', pool, ...more], { env: server.env }).ended).stdout.trim();
const agent = async (...args: readonly string[]) =>
  await place.errand(['agent', ...args], { env: server.env }).ended;
const serves = (child: Child): Promise<unknown> =>
  until(
    () => child.stderr.includes('serves the pool'),
    () => `an agent that serves: ${child.stderr}`,
  );

describe('the script at /agent.sh', () => {
  it('makes a machine an agent in one line, and brings a new version whose commands go on', async () => {
    const machine = new Machine(place, 'laptop');
    const token = await tokenFor('lab', '--label', 'gpu=a100', '--max-slots', '2');
    expect(token).toMatch(/^errjoin_\S+$/);
    expect(script).not.toContain(token);
    const first = machine.install(script, ['--slots', '4', '--name', "ada's"], { ERRAND_JOIN_TOKEN: token });
    await serves(first);
    expect(first.stderr).toContain('systemctl --user');
    expect(first.stderr).toContain('"slots":2');
    const shown = JSON.parse((await agent('show', "ada's", '--json')).stdout);
    expect(shown).toMatchObject({ pool: 'lab', slots: 2, labels: { gpu: 'a100' }, online: true });
    expect(statSync(machine.folder).mode & 0o777).toBe(0o700);
    const { id } = await submit(http, { shell: 'echo begun; sleep 4; echo over; exit 5', pool: 'lab' });
    await until(async () => (await logOf(http, id)).length > 0, 'a command that runs');
    first.kill('SIGKILL');
    await first.ended;
    const again = machine.install(script, []);
    await serves(again);
    expect(await look(http, id, 'ended')).toMatchObject({ exitCode: 5, attempt: 1 });
    expect((await logOf(http, id)).toString()).toBe('begun\nover\n');
    again.kill('SIGTERM');
    expect((await again.ended).status).toBe(0);
  });

  it('changes nothing where a file is not what it should be, and says what a machine lacks', async () => {
    const machine = new Machine(place, 'other');
    const forged = script.replace(/^sums='[0-9a-f]{64}/m, `sums='${'0'.repeat(64)}`);
    expect(forged).not.toBe(script);
    const refused = await machine.install(forged, ['--no-start']).ended;
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/errand-agent.mjs is not what/),
    ]);
    expect(() => statSync(join(machine.folder, 'errand-agent.mjs'))).toThrow();
    const bin = place.path('bin');
    mkdirSync(bin);
    const nodeless = await machine.install(script, [], { PATH: `${bin}:/usr/bin:/bin` }).ended;
    expect([nodeless.status, nodeless.stderr]).toEqual([1, expect.stringMatching(/needs Node 22 or newer/)]);
    writeFileSync(join(bin, 'uname'), '#!/bin/sh\necho MINGW64_NT-10.0\n', { mode: 0o755 });
    const windows = await machine.install(script, [], { PATH: `${bin}:/usr/bin:/bin` }).ended;
    expect([windows.status, windows.stderr]).toEqual([1, expect.stringMatching(/Windows is not supported/)]);
    const tokenless = await machine.install(script, ['--no-start']).ended;
    expect([tokenless.status, tokenless.stderr]).toEqual([125, expect.stringMatching(/has not joined yet/)]);
  });

  it('is offered under names that the server knows only, with the sums of its files', async () => {
    const sums = (await http.ask('GET', '/agent/SHA256SUMS')).text;
    expect(sums).toMatch(/^[0-9a-f]{64} {2}errand-agent\.mjs$/m);
    expect((await http.ask('GET', '/agent/secret.key')).status).toBe(404);
    expect((await http.ask('GET', '/agent/..%2f..%2fpackage.json')).status).toBe(404);
    expect((await http.ask('GET', '/agent.sh', { headers: { host: 'evil.example' } })).status).toBe(421);
  });
});

describe('an agent that has joined', () => {
  it('drains over restarts of both sides, and takes runs again after undrain', async () => {
    const machine = new Machine(place, 'drained');
    const token = await tokenFor('drains');
    let child = machine.install(script, ['--name', 'drained'], { ERRAND_JOIN_TOKEN: token });
    await serves(child);
    const held = await submit(http, { shell: 'echo begun; sleep 6; exit 3', pool: 'drains' });
    await until(async () => (await logOf(http, held.id)).length > 0, 'a command that runs');
    expect((await agent('drain', 'drained')).stdout).toMatch(/state: +draining\n(.*\n)*holds: +1 run\n/);
    await until(
      () => child.stderr.includes('it drains'),
      () => child.stderr,
    );
    child.kill('SIGKILL');
    await child.ended;
    await server.kill();
    await server.start();
    child = machine.start();
    const waiting = await submit(http, { shell: 'exit 4', pool: 'drains' });
    expect((await agent('drain', '--wait', 'drained')).stdout).toMatch(/holds: +0 runs\n/);
    expect(await look(http, held.id)).toMatchObject({ exitCode: 3, attempt: 1 });
    expect((await look(http, waiting.id)).status).toBe('queued');
    await agent('undrain', 'drained');
    expect(await look(http, waiting.id, 'ended')).toMatchObject({ exitCode: 4 });
  });

  it('is revoked at once: its tree ends, its run is lost with it, and it ends with what to do', async () => {
    const machine = new Machine(place, 'stolen');
    const token = await tokenFor('stolen');
    const child = machine.install(script, ['--name', 'stolen'], { ERRAND_JOIN_TOKEN: token });
    await serves(child);
    const pid = place.path('pid');
    const run = await submit(http, {
      command: ['sh', '-c', 'echo $$ >"$0"; sleep 1000', pid],
      pool: 'stolen',
    });
    await until(() => readable(pid) !== '', 'its pid');
    expect((await agent('revoke', 'stolen')).status).toBe(0);
    expect(await look(http, run.id)).toMatchObject({ status: 'lost', end: { reason: 'lost' } });
    const { status, stderr } = await child.ended;
    expect([status, stderr]).toEqual([125, expect.stringMatching(/this agent was revoked/)]);
    expect(() => process.kill(Number(readable(pid)), 0)).toThrow('ESRCH');
    expect((await agent('rm', 'stolen')).status).toBe(0);
  });

  it('is told apart from a copy of its data folder, which gets nothing and breaks nothing', async () => {
    const machine = new Machine(place, 'original');
    const token = await tokenFor('copies');
    await serves(machine.install(script, ['--name', 'original'], { ERRAND_JOIN_TOKEN: token }));
    const run = await submit(http, { shell: 'echo begun; sleep 3; exit 7', pool: 'copies' });
    await until(async () => (await logOf(http, run.id)).length > 0, 'a command that runs');
    const copy = place.hasAgent(place.path('copy'));
    cpSync(machine.data, copy, { recursive: true });
    const thief = place.errand(['agent', '--url', server.url, '--data', copy]);
    await until(
      () => thief.stderr.includes('waits for another agent'),
      () => thief.stderr,
    );
    expect(await look(http, run.id, 'ended')).toMatchObject({ exitCode: 7, attempt: 1, amendedAt: null });
    expect(await finish(http, { shell: 'exit 2', pool: 'copies' })).toMatchObject({
      exitCode: 2,
      attempt: 1,
    });
    expect((await agent('show', 'original')).stdout).toContain('another agent with this identity');
    thief.kill('SIGKILL');
  });
});

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
