import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess } from '../test/agent-process.ts';
import { TestControlPlane, type TestRun } from '../test/control-plane.ts';
import { TestHttpServer } from '../test/http-server.ts';
import { TestPlace } from '../test/place.ts';

let place: TestPlace;
let plane: TestControlPlane;
let server: TestHttpServer;
let agents: AgentProcess[];

beforeEach(async () => {
  place = new TestPlace();
  plane = new TestControlPlane();
  server = await new TestHttpServer(plane).listen();
  agents = [];
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.kill('SIGKILL')));
  await server[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

function agent(...more: string[]): AgentProcess {
  const sockets = join(place.folder, 's');
  const made = new AgentProcess(
    ['--url', server.url, '--data', place.data, '--sockets', sockets, ...more],
    place.folder,
  );
  agents.push(made);
  return made;
}
const sh = (text: string, more = {}) => plane.submit(['/bin/sh', '-c', text], more);
const readIdentity = (): object => JSON.parse(readFileSync(join(place.data, 'identity.json'), 'utf8'));
const ended = (run: TestRun) => plane.until(() => run.end !== undefined, 'its end', 25_000);

describe('an agent over HTTP', () => {
  it('joins with a token once, keeps its key from others, and executes', async () => {
    const first = agent('--token', 'join-me', '--pool', 'lab');
    const run = sh('cat; echo to stderr >&2; exit 7', { stdin: 'stream' });
    plane.write(run, Buffer.from('typed\n'), true);
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 7 });
    expect(plane.logOf(run, 'stdout').toString()).toBe('typed\n');
    expect(plane.logOf(run, 'stderr').toString()).toBe('to stderr\n');
    expect(statSync(join(place.data, 'identity.json')).mode & 0o777).toBe(0o600);
    expect(await first.kill('SIGTERM')).toBe(0);
    expect(first.said).not.toContain('err_secret');
    // A path that counts from where the agent was started is as good.
    agent('--data', relative(place.folder, place.data));
    const again = sh('exit 8');
    await ended(again);
    expect(again.end?.reason).toEqual({ kind: 'exited', code: 8 });
  });

  it('keeps the name that it was given, until it is given another', async () => {
    const names: (string | undefined)[] = [];
    const presented = (): string | undefined => plane.presented?.name;
    for (const more of [['--token', 'join-me', '--name', 'far'], [], ['--name', 'near'], []]) {
      plane.presented = undefined;
      const started = agent(...more);
      await plane.until(() => presented() !== undefined, 'a hello');
      names.push(presented());
      await started.kill('SIGTERM');
    }
    expect(names).toEqual(['far', 'far', 'near', 'near']);
  });

  it('killed with -9 again and again, loses no byte and tells the true end', async () => {
    plane.appendBytes = 20_000;
    const script = `echo x >> ${place.folder}/count; i=0;
      while [ $i -lt 500 ]; do head -c 999 /dev/zero | tr '\\0' a; echo; sleep 0.01; i=$((i+1)); done; exit 9`;
    const run = sh(script);
    for (const part of [0, 100_000, 200_000]) {
      const killed = agent('--token', 'join-me');
      await plane.until(() => run.size > part, 'some bytes', 25_000);
      await killed.kill('SIGKILL');
    }
    agent();
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 9 });
    expect(plane.logOf(run).equals(Buffer.from(`${'a'.repeat(999)}\n`.repeat(500)))).toBe(true);
    expect(place.read('count')).toBe('x\n');
  }, 60_000);

  it('stops on SIGTERM without ending its commands, and says so', async () => {
    const first = agent('--token', 'join-me');
    const run = sh('echo begun; sleep 2; echo over');
    await plane.until(() => plane.logOf(run).includes('begun'), 'a start');
    expect(await first.kill('SIGTERM')).toBe(0);
    expect(first.said).toContain('commands that run go on');
    agent();
    await ended(run);
    expect(plane.logOf(run).toString()).toBe('begun\nover\n');
  });

  it('goes on while the control plane is away', async () => {
    agent('--token', 'join-me');
    const run = sh('echo begun; sleep 1; echo over; exit 2');
    await plane.until(() => plane.logOf(run).includes('begun'), 'a start');
    plane.fault = () => 'request';
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(run.end).toBeUndefined();
    plane.fault = () => 'none';
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 2 });
    expect(plane.logOf(run).toString()).toBe('begun\nover\n');
  });

  it('changes its key by itself, whatever answers get lost, and when it is killed meanwhile', async () => {
    plane.keyMs = 300;
    server.loseKeyAnswers = 3;
    const first = agent('--token', 'join-me');
    const born = server.keyHash;
    await plane.until(
      () => server.keyHash !== born && first.said.includes('has changed its key'),
      'a new key',
    );
    const [second, named] = [server.keyHash, server.namedKeys];
    await plane.until(() => server.keyHash !== second, 'the next one');
    expect(server.namedKeys).toBeGreaterThan(named);
    server.loseKeyAnswers = Number.POSITIVE_INFINITY;
    const before = server.namedKeys;
    await plane.until(() => server.namedKeys > before, 'a change whose answer got lost');
    await first.kill('SIGKILL');
    expect(readIdentity()).toMatchObject({ nextKey: expect.stringMatching(/^err_.{43}$/) });
    server.loseKeyAnswers = 0;
    plane.keyMs = 3_600_000;
    agent();
    const run = sh('exit 6');
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 6 });
    expect(readIdentity()).toMatchObject({ nextKey: null });
    expect(statSync(place.data).mode & 0o777).toBe(0o700);
  }, 60_000);

  it('that became too old finishes what it has, and then ends with what to do', async () => {
    const first = agent('--token', 'join-me');
    const run = sh('echo begun; sleep 1; exit 3');
    await plane.until(() => plane.logOf(run).includes('begun'), 'a start');
    await first.kill('SIGKILL');
    server.protocol = 2;
    const old = agent();
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 3 });
    expect(await old.ended()).toBe(125);
    expect(old.said).toContain('install errand 9');
  });

  it('ends with what to do when it is too old, or has no valid token, or its folder is in use', async () => {
    const stranger = agent('--token', 'stolen');
    expect(await stranger.ended()).toBe(125);
    expect(stranger.said).toContain('this token is not valid');
    const tokenless = agent();
    expect(await tokenless.ended()).toBe(125);
    expect(tokenless.said).toContain('give it a token');
    server.protocol = 2;
    const old = agent('--token', 'join-me');
    expect(await old.ended()).toBe(125);
    expect(old.said).toContain('install errand 9');
    server.protocol = 1;
    const serving = agent();
    await plane.until(() => serving.said.includes('serves the pool'), 'an agent that serves');
    const second = agent();
    expect(await second.ended()).toBe(125);
    expect(second.said).toContain('another agent serves');
  });
});
