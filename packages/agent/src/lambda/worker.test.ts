import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane, type TestRun } from '../../test/control-plane.ts';
import { TestHttpServer } from '../../test/http-server.ts';
import { callModule } from '../../test/modules.ts';
import { isAlive, pidsIn } from '../../test/processes.ts';
import { KeeperClient } from '../keeper/client.ts';
import { keeperBinary } from '../keeper/index.ts';
import { HOST_PROGRAM } from '../module-host/program.ts';
import { Worker } from './worker.ts';

let plane: TestControlPlane;
let server: TestHttpServer;
let folder: string;
let scratch: string;
let worker: Worker;

beforeEach(async () => {
  plane = new TestControlPlane();
  server = await new TestHttpServer(plane).listen();
  // Short, for it holds the sockets.
  folder = mkdtempSync('/tmp/errand-worker-');
  scratch = join(folder, 't');
  mkdirSync(scratch);
  worker = newWorker();
});
afterEach(async () => {
  await endKeeper();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const newWorker = (): Worker => {
  const hostProgram = join(folder, 'errand-module-host.mjs');
  writeFileSync(hostProgram, HOST_PROGRAM);
  const silent = { info: () => {}, warn: () => {} };
  return new Worker({
    scratch,
    keeper: keeperBinary() ?? '',
    hostCommand: [process.execPath, hostProgram],
    account: { user: 'nobody', home: scratch, shell: '/bin/sh', path: '/usr/bin:/bin' },
    program: '0',
    log: silent,
  });
};
const endKeeper = async (): Promise<void> => {
  const sockets = join(scratch, 'errand/s');
  const names = existsSync(sockets) ? readdirSync(sockets).filter((name) => name.startsWith('keeper-')) : [];
  for (const name of names) {
    const keeper = await KeeperClient.connect(join(sockets, name)).catch(() => null);
    if (keeper !== null) process.kill(keeper.pid, 'SIGTERM');
    await keeper?.closed;
  }
};
// No round number: no invocation has one.
const serve = (ms = 59_987) => worker.serve({ url: server.url, token: 'join-me', name: 'fn' }, ms);
const sh = (text: string, more = {}): TestRun => plane.submit(['/bin/sh', '-c', text], more);
const said = (run: TestRun): string => plane.logOf(run).toString();

describe('the worker function', () => {
  it('executes one run, tells its end, and leaves the next one to the next invocation', async () => {
    const [first, second] = [sh('echo hi; exit 3'), sh('echo later')];
    expect(await serve()).toEqual({ outcome: 'served', runId: first.lease.runId });
    expect(first.end?.reason).toEqual({ kind: 'exited', code: 3 });
    expect(said(first)).toBe('hi\n');
    expect(second.state).toBe('queued');
    await serve();
    expect(second.end?.reason).toEqual({ kind: 'exited', code: 0 });
  });

  it('ends quietly where its token is good no more, and where another attempt has its run at the door', async () => {
    const refused = await worker.serve({ url: server.url, token: 'used', name: 'fn' }, 60_000);
    expect(refused).toEqual({ outcome: 'not_needed', why: 'this token is not valid' });
    const run = sh('touch "$HOME/../executed"');
    plane.fault = (call) => {
      if (call === 'starting' && run.state === 'leased') plane.supersede(run);
      return 'none';
    };
    expect(await serve()).toMatchObject({ outcome: 'served' });
    expect(existsSync(join(folder, 'executed'))).toBe(false);
  });

  it('takes no other attempt than the one that it was invoked for', async () => {
    const [other, mine] = [sh('touch "$HOME/../other"'), sh('echo mine')];
    const run = { id: mine.lease.runId, token: mine.lease.token };
    const served = await worker.serve({ url: server.url, token: 'join-me', name: 'fn', run }, 1_500);
    expect(served).toEqual({ outcome: 'not_needed', why: 'there was no run for it' });
    expect([other.end, existsSync(join(folder, 'other'))]).toEqual([undefined, false]);
  });

  it('says goodbye when nothing is left, and only then', async () => {
    const run = sh('echo x > "$HOME/left"; setsid sleep 300 & echo $!', { keepChildren: true });
    const seen: unknown[] = [];
    server.onLeave = () =>
      seen.push([run.end?.reason, readdirSync(scratch), pidsIn(plane.logOf(run)).filter(isAlive)]);
    await serve();
    expect(seen).toEqual([[{ kind: 'exited', code: 0 }, ['errand'], []]]);
  });

  it('ends the tree before its own time is over, and says that it was the machine', async () => {
    const run = sh('trap "" TERM; setsid sleep 300 & echo $! $$; sleep 300', { graceMs: 60_000 });
    await serve(6_000);
    expect(run.end?.reason).toEqual({ kind: 'timed_out', phase: 'machine' });
    const pids = pidsIn(plane.logOf(run));
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('calls it the time of the run where that is the shorter one', async () => {
    const run = sh('sleep 300', { timeoutMs: 200 });
    await serve();
    expect(run.end?.reason).toEqual({ kind: 'timed_out', phase: 'run' });
  });

  it('fails where nobody could be told, with nothing left of the run', async () => {
    const run = sh('echo $$; sleep 300');
    plane.fault = (call) => (call === 'ended' ? 'request' : 'none');
    await expect(serve(3_000)).rejects.toThrow('could not be told in time');
    expect(pidsIn(plane.logOf(run)).filter(isAlive)).toEqual([]);
    expect(readdirSync(scratch)).toEqual(['errand']);
  });

  it('leaves nothing of a run for the next one: no file, no process', async () => {
    const run = sh(
      'cd "$HOME"; mkdir -p shut/in; echo secret > shut/in/file; chmod 0 shut/in shut; echo x > errand/mine; setsid sleep 300 & echo $!',
      { keepChildren: true },
    );
    await serve();
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(pidsIn(plane.logOf(run)).filter(isAlive)).toEqual([]);
    expect(readdirSync(scratch)).toEqual(['errand']);
    expect(readdirSync(join(scratch, 'errand')).toSorted()).toEqual(['hosts', 's']);
    expect(readdirSync(join(scratch, 'errand/hosts'))).toEqual([]);
  });

  it('begins with an empty folder, whatever an environment that crashed has left in it', async () => {
    mkdirSync(join(scratch, 'left/behind'), { recursive: true });
    chmodSync(join(scratch, 'left'), 0);
    worker = newWorker();
    expect(readdirSync(scratch)).toEqual(['errand']);
  });

  it('keeps modules warm from invocation to invocation', async () => {
    const source = `let calls = 0; export const run = () => [process.pid, ++calls];`;
    const values = async (): Promise<unknown> => {
      const run = callModule(plane, source);
      await serve();
      return run.end?.result && 'json' in run.end.result ? JSON.parse(run.end.result.json) : run.end;
    };
    const [pid, first] = (await values()) as number[];
    expect(first).toBe(1);
    expect(await values()).toEqual([pid, 2]);
    expect(isAlive(pid ?? 0)).toBe(true);
  });
});
