import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane, type TestRun } from '../test/control-plane.ts';
import { TestPlace } from '../test/place.ts';
import { isAlive, pidsIn } from '../test/processes.ts';
import { createRunFile, KeeperClient, keeperBinary, launchKeeper } from './keeper/index.ts';

let place: TestPlace;
let plane: TestControlPlane;

beforeEach(() => {
  place = new TestPlace();
  plane = new TestControlPlane();
});
afterEach(() => place[Symbol.asyncDispose]());

const ended = (run: TestRun) => plane.until(() => run.end !== undefined, 'its end');
const sh = (text: string, more = {}) => plane.submit(['/bin/sh', '-c', text], more);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('an agent that comes back', () => {
  it.each(['append', 'logPlace'])(
    'goes on with what runs, without a gap or a doubled byte (%s)',
    async (mode) => {
      mkdirSync(join(place.folder, 'store'));
      const logPlace = mode === 'append' ? null : join(place.folder, 'store/log');
      plane.appendBytes = 10_000;
      const script = `echo x >> ${place.folder}/count; i=0;
      while [ $i -lt 400 ]; do head -c 999 /dev/zero | tr '\\0' a; echo; sleep 0.005; i=$((i+1)); done; exit 9`;
      const run = sh(script, { logPlace });
      for (const part of [0, 50_000, 150_000, 250_000]) {
        const agent = place.agent(plane);
        await agent.start();
        await plane.until(() => Math.max(run.size, run.grown) > part, 'some bytes');
        await agent.stop();
      }
      await place.agent(plane).start();
      await ended(run);
      const log = logPlace === null ? plane.logOf(run) : readFileSync(`${logPlace}.log`);
      expect(run.end?.reason).toEqual({ kind: 'exited', code: 9 });
      expect(log.equals(Buffer.from(`${'a'.repeat(999)}\n`.repeat(400)))).toBe(true);
      expect(run.end?.log).toEqual({ bytes: 400_000, sha256: sha256(log), truncated: null });
      expect(place.read('count')).toBe('x\n');
      expect(run.token).toBe(1);
    },
  );

  it('reports what ended while it was away', async () => {
    const first = place.agent(plane);
    await first.start();
    const run = sh('echo begun; sleep 0.3; echo over; exit 3');
    await plane.until(() => plane.logOf(run).includes('begun'), 'a start');
    await first.stop();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(run.end).toBeUndefined();
    await place.agent(plane).start();
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 3 });
    expect(plane.logOf(run).toString()).toBe('begun\nover\n');
  });

  it('after a reboot counts what was acknowledged as executed, whatever the keeper has written down', async () => {
    plane.fault = (call) => (call === 'starting' ? 'answer' : 'none');
    const first = place.agent(plane);
    await first.start();
    const run = sh(`echo x >> ${place.folder}/count`);
    await plane.until(() => run.state === 'running', 'the acknowledgement');
    await first.stop();
    plane.fault = () => 'none';
    const file = join(place.data, 'spool', `${run.lease.runId}.1.run`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"boot":"....../, '"boot":"before'));
    await place.agent(plane).start();
    await ended(run);
    expect([run.end?.reason, run.token]).toEqual([{ kind: 'lost' }, 1]);
  });

  it('gives back what was acknowledged and never executed, so that it is executed once', async () => {
    plane.fault = (call) => (call === 'starting' ? 'answer' : 'none');
    const first = place.agent(plane);
    await first.start();
    const run = sh(`echo x >> ${place.folder}/count`);
    await plane.until(() => run.state === 'running', 'the acknowledgement');
    await first.stop();
    plane.fault = () => 'none';
    await place.agent(plane).start();
    await ended(run);
    expect(run.facts).toContain('not_executed');
    expect(run.token).toBe(2);
    expect(place.read('count')).toBe('x\n');
    await plane.until(() => place.spool.length === 0, 'an empty spool');
  });

  it('goes on with what had begun at the moment in which another agent fenced it, and sends its log', async () => {
    const first = place.agent(plane);
    await first.start();
    plane.fault = (call) => (call === 'append' || call === 'ended' ? 'request' : 'none');
    const run = sh('echo begun; exit 3');
    const prefix = join(place.data, 'spool', `${run.lease.runId}.1`);
    await expect.poll(() => existsSync(`${prefix}.log`)).toBe(true);
    await first.stop();
    renameSync(`${prefix}.run`, `${prefix}.void.run`);
    plane.fault = () => 'none';
    await place.agent(plane).start();
    await ended(run);
    expect(run.end).toMatchObject({ reason: { kind: 'exited', code: 3 }, log: { bytes: 6 } });
    expect(plane.logOf(run).toString()).toBe('begun\n');
    await plane.until(() => place.spool.length === 0, 'an empty spool');
  });

  it('reports an end again whose answer it did not hear', async () => {
    plane.fault = (call) => (call === 'ended' ? 'answer' : 'none');
    const first = place.agent(plane);
    await first.start();
    const run = sh('exit 4');
    await ended(run);
    await first.stop();
    expect(place.spool.length).toBe(1);
    plane.fault = () => 'none';
    await place.agent(plane).start();
    await plane.until(() => place.spool.length === 0, 'an empty spool');
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 4 });
  });

  it('finds its attempt lost, and ends the tree, when the keeper died with it', async () => {
    const first = place.agent(plane);
    await first.start();
    const run = sh('setsid sleep 300 & echo $! $$; echo ready; wait');
    await plane.until(() => plane.logOf(run).includes('ready'), 'a start');
    await first.stop();
    const pids = pidsIn(plane.logOf(run));
    for (const pid of await place.keepers()) process.kill(pid, 'SIGKILL');
    expect(pids.filter(isAlive)).toEqual(pids);
    await place.agent(plane).start();
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'lost' });
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('an attempt that a command line hands over', () => {
  const begin = async (argv: readonly string[] | null) => {
    const agent = place.agent(plane);
    await agent.start();
    const run = plane.submit(argv ?? ['true']);
    run.state = 'running';
    run.token = 1;
    const lease = { ...run.lease, token: 1 };
    const prefix = agent.prefixOf(lease);
    const keeperSocket = join(place.folder, 'caller.sock');
    createRunFile(prefix, 'of the command line');
    return { agent, run, take: { lease, prefix, keeperSocket } };
  };

  it('is brought to its end, also by the next agent', async () => {
    const { agent, run, take } = await begin(['/bin/sh', '-c', 'echo one; sleep 0.5; echo two; exit 6']);
    const binary = keeperBinary() ?? '';
    await launchKeeper({ binary, socket: take.keeperSocket, once: true });
    const client = await KeeperClient.connect(take.keeperSocket);
    await client.start({ id: `${run.lease.runId}.1`, prefix: take.prefix, argv: run.lease.argv });
    await client.close();
    agent.adopt(take);
    agent.adopt(take);
    await plane.until(() => plane.logOf(run).includes('one'), 'the first line');
    await agent.stop();
    await place.agent(plane).start();
    await ended(run);
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 6 });
    expect(plane.logOf(run).toString()).toBe('one\ntwo\n');
  });

  it('is left some time to be executed by the command line that hands it over', async () => {
    const { agent, run, take } = await begin(['/bin/sh', '-c', 'echo late; exit 2']);
    agent.adopt(take);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await launchKeeper({ binary: keeperBinary() ?? '', socket: take.keeperSocket, once: true });
    const client = await KeeperClient.connect(take.keeperSocket);
    await client.start({ id: `${run.lease.runId}.1`, prefix: take.prefix, argv: run.lease.argv });
    await client.close();
    await ended(run);
    expect([run.end?.reason, plane.logOf(run).toString()]).toEqual([{ kind: 'exited', code: 2 }, 'late\n']);
  });

  it('is given back when the command line went away before it was executed', async () => {
    const { agent, run, take } = await begin(null);
    agent.adopt(take);
    await plane.until(() => run.facts.length > 0, 'a report');
    expect(run.facts[0]).toBe('not_executed');
  });
});
