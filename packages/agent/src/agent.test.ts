import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentLink, Lease } from '@errand/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane, type TestRun } from '../test/control-plane.ts';
import { TestPlace } from '../test/place.ts';

let place: TestPlace;
let plane: TestControlPlane;

beforeEach(() => {
  place = new TestPlace();
  plane = new TestControlPlane();
});
afterEach(() => place[Symbol.asyncDispose]());

const ended = (run: TestRun, ms?: number) => plane.until(() => run.end !== undefined, 'its end', ms);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const bound = (of: TestControlPlane, name: string | symbol): unknown => {
  const value: unknown = Reflect.get(of, name, of);
  return typeof value === 'function' ? value.bind(of) : value;
};

describe('an agent', () => {
  it('reports the exit code, the bytes by stream and the hash of a command', async () => {
    await place.agent(plane).start();
    const run = plane.submit(['/bin/sh', '-c', 'echo out; echo err >&2; exit 7']);
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 7 });
    expect(plane.logOf(run, 'stdout').toString()).toBe('out\n');
    expect(plane.logOf(run, 'stderr').toString()).toBe('err\n');
    expect(run.end?.log).toEqual({ bytes: 8, sha256: sha256(plane.logOf(run)), truncated: null });
    await plane.until(() => place.spool.length === 0, 'an empty spool');
  });

  it('tells a signal from an exit code that looks like one', async () => {
    await place.agent(plane).start();
    const killed = plane.submit(['/bin/sh', '-c', 'kill -9 $$']);
    const exited = plane.submit(['/bin/sh', '-c', 'exit 137']);
    await Promise.all([ended(killed), ended(exited)]);
    expect(killed.end?.reason).toEqual({ kind: 'signaled', signal: 9 });
    expect(exited.end?.reason).toEqual({ kind: 'exited', code: 137 });
  });

  it('says in a sentence why a command could not be started', async () => {
    await place.agent(plane).start();
    const missing = plane.submit(['no-such-program-here']);
    const directory = plane.submit(['/etc']);
    const nowhere = plane.submit(['true'], { cwd: '/no/such/folder' });
    await Promise.all([missing, directory, nowhere].map((run) => ended(run)));
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    expect(missing.end?.reason).toEqual({
      kind: 'spawn_failed',
      errno: 'ENOENT',
      stage: 'exec',
      why: `the program no-such-program-here was not found in ${path}`,
    });
    expect(directory.end?.reason).toMatchObject({ errno: 'EACCES', why: 'the file /etc is not executable' });
    expect(nowhere.end?.reason).toMatchObject({
      errno: 'ENOENT',
      why: 'the working directory /no/such/folder does not exist',
    });
  });

  it('builds the environment and lets nothing of its own in', async () => {
    process.env['ERRAND_TEST_SECRET'] = 'of the agent';
    await place.agent(plane).start();
    const run = plane.submit(['/usr/bin/env'], { env: { GREETING: 'a b', 'a.b': 'odd', LANG: 'C' } });
    await ended(run);
    delete process.env['ERRAND_TEST_SECRET'];
    const lines = plane.logOf(run).toString().trimEnd().split('\n');
    const names = new Set(lines.map((line) => line.split('=')[0]));
    const built = ['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];
    expect(names).toEqual(
      new Set(['ERRAND_ATTEMPT', 'ERRAND_RESULT', 'ERRAND_RUN_ID', 'GREETING', 'a.b', ...built]),
    );
    expect(lines).toContain(`ERRAND_RUN_ID=${run.lease.runId}`);
    expect(lines).toContain('GREETING=a b');
    expect(lines).toContain('LANG=C');
  });

  it('gives each attempt a folder of its own and removes it with what is in it', async () => {
    await place.agent(plane).start();
    const run = plane.submit(['/bin/sh', '-c', 'pwd; mkdir a; echo x > a/b']);
    await ended(run);
    const folder = plane.logOf(run).toString().trim();
    expect(folder).toBe(join(place.data, 'work', `${run.lease.runId}.1`));
    await plane.until(() => place.spool.length === 0, 'an empty spool');
    expect(() => readFileSync(join(folder, 'a/b'))).toThrow('ENOENT');
  });

  it('leaves the folder of an attempt to the processes that may live on in it', async () => {
    await place.agent(plane).start();
    const run = plane.submit(['/bin/sh', '-c', 'pwd; echo x > kept'], { keepChildren: true });
    await ended(run);
    await plane.until(() => place.spool.length === 0, 'an empty spool');
    expect(readFileSync(join(plane.logOf(run).toString().trim(), 'kept'), 'utf8')).toBe('x\n');
  });

  it('executes once what it is given twice', async () => {
    let given: readonly Lease[] = [];
    const poll: AgentLink['poll'] = async (request, signal) => {
      const answer = await plane.poll({ ...request, waitMs: Math.min(request.waitMs, 50) }, signal);
      given = [...given, ...answer.leases];
      return { ...answer, leases: given };
    };
    const link = new Proxy(plane, { get: (of, name) => (name === 'poll' ? poll : bound(of, name)) });
    await place.agent(link).start();
    const run = plane.submit(['/bin/sh', '-c', `echo x >> ${place.folder}/count; sleep 0.3`]);
    await ended(run);
    expect([place.read('count'), run.facts.filter((fact) => fact === 'starting')]).toEqual([
      'x\n',
      ['starting'],
    ]);
  });

  it('runs no more attempts at a time than it has slots, and all of them in the end', async () => {
    await place.agent(plane, { slots: 2 }).start();
    const runs = Array.from({ length: 7 }, () => plane.submit(['/bin/sleep', '0.1']));
    let most = 0;
    await plane.until(() => {
      most = Math.max(most, runs.filter((run) => run.state === 'running').length);
      return runs.every((run) => run.end !== undefined);
    }, 'all ends');
    expect(most).toBe(2);
    expect(runs.map((run) => run.end?.reason)).toEqual(runs.map(() => ({ kind: 'exited', code: 0 })));
  });

  it.each(['append', 'logPlace'])('delivers 5 MB of binary output byte for byte (%s)', async (mode) => {
    const folder = join(place.folder, 'store');
    mkdirSync(folder);
    const logPlace = mode === 'append' ? null : join(folder, 'log');
    await place.agent(plane).start();
    const copy = join(place.folder, 'copy');
    const run = plane.submit(['/bin/sh', '-c', `head -c 5000000 /dev/urandom | tee ${copy}`], { logPlace });
    await ended(run);
    await plane.until(() => place.spool.length === 0, 'an empty spool');
    const log = logPlace === null ? plane.logOf(run) : readFileSync(`${logPlace}.log`);
    expect(run.end?.log).toEqual({ bytes: 5_000_000, sha256: sha256(readFileSync(copy)), truncated: null });
    expect(log.equals(readFileSync(copy))).toBe(true);
    if (logPlace !== null) expect(run.grown).toBe(log.length);
    else expect(plane.appended).toBe(log.length);
  });

  it('says how much of a log is missing where the command wrote more than its cap', async () => {
    await place.agent(plane).start();
    const run = plane.submit(['/usr/bin/head', '-c', '3000000', '/dev/zero'], { maxLogBytes: 1_000_000 });
    await ended(run);
    const log = plane.logOf(run);
    expect(run.end?.log?.truncated?.why).toBe('cap');
    expect(log.length + (run.end?.log?.truncated?.dropped ?? 0)).toBe(3_000_000);
    expect(run.end?.log?.sha256).toBe(sha256(log));
  });

  it('feeds 3 MB of standard input to a command that reads slowly', async () => {
    await place.agent(plane).start();
    const input = Buffer.alloc(3_000_000, 'abcdefgh\n');
    const run = plane.submit(['/bin/sh', '-c', 'sleep 0.2; sha256sum'], { stdin: 'stream' });
    plane.write(run, input.subarray(0, 1_000_001));
    plane.write(run, input.subarray(1_000_001), true);
    await ended(run);
    expect(plane.logOf(run).toString()).toContain(sha256(input));
  });

  it('finishes what runs when it is drained, and takes nothing more', async () => {
    const agent = place.agent(plane);
    await agent.start();
    const run = plane.submit(['/bin/sh', '-c', 'sleep 0.3; echo done']);
    await plane.until(() => run.state === 'running', 'a start');
    const drained = agent.drain();
    const later = plane.submit(['true']);
    await drained;
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(later.state).toBe('queued');
  });
});
