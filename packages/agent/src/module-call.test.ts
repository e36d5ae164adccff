import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane, type TestRun } from '../test/control-plane.ts';
import { callModule } from '../test/modules.ts';
import { TestPlace } from '../test/place.ts';
import { isAlive, pidsIn } from '../test/processes.ts';

let place: TestPlace;
let plane: TestControlPlane;

beforeEach(() => {
  place = new TestPlace();
  plane = new TestControlPlane();
});
afterEach(async () => place[Symbol.asyncDispose]());

const serve = async () => {
  const agent = place.agent(plane);
  await agent.start();
  return agent;
};
const ended = async (run: TestRun) => {
  await plane.until(() => run.end !== undefined, 'its end', 30_000);
  return run.end;
};
const jsonOf = (end: TestRun['end']): unknown => {
  const { result } = end ?? {};
  return result && 'json' in result ? JSON.parse(result.json) : result;
};
const out = (run: TestRun, stream?: 'stdout' | 'stderr') => plane.logOf(run, stream).toString();

describe('a module', () => {
  it('gets arguments and context, writes to the log, and its value is the result', async () => {
    await serve();
    const source = `export function run(args: { name: string }, { runId, workDir, signal, log, progress }) {
      console.log('hello ' + args.name);
      log('to stderr');
      progress(0.5);
      process.stdout.write(Buffer.from([0, 255, 10]));
      const inFolder: boolean = process.cwd() === workDir;
      return { runId, inFolder, aborted: signal.aborted, env: process.env.GREETING, attempt: process.env.ERRAND_ATTEMPT };
    }`;
    const run = callModule(plane, source, {
      args: { name: 'you' },
      env: { GREETING: 'hi', ERRAND_ARGS: '{"name":"you"}' },
    });
    const end = await ended(run);
    expect(end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(plane.logOf(run, 'stdout')).toEqual(Buffer.from('hello you\n\0\xff\n', 'latin1'));
    expect(out(run, 'stderr')).toBe('to stderr\n50 %\n');
    expect(end?.result).toEqual({
      json: JSON.stringify({
        runId: run.lease.runId,
        inFolder: true,
        aborted: false,
        env: 'hi',
        attempt: '1',
      }),
    });
  });

  it('stays warm from call to call, one call at a time, with nothing of the call before in its environment', async () => {
    await serve();
    const source = `let calls = 0;
      export const run = async () => {
        calls += 1;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return [process.pid, calls, process.env.ONCE ?? null];
      };`;
    const values = async (env: Record<string, string>) => {
      const end = await ended(callModule(plane, source, { env }));
      return jsonOf(end) as unknown[];
    };
    const [pid, ...first] = await values({ ONCE: 'secret' });
    expect(first).toEqual([1, 'secret']);
    expect(await values({})).toEqual([pid, 2, null]);
    const both = await Promise.all([values({}), values({})]);
    expect(new Set(both.map(([one]) => one)).size).toBe(2);
    expect(both.map(([, calls]) => Number(calls)).toSorted((a, b) => a - b)).toEqual([1, 3]);
  });

  it('gives its children the real streams of the call, also inherited ones', async () => {
    await serve();
    const run = callModule(
      plane,
      `import { spawnSync } from 'node:child_process';
      export const run = () => void spawnSync('/bin/sh', ['-c', 'echo out; echo err > /dev/stderr'], { stdio: 'inherit' });`,
    );
    expect((await ended(run))?.reason).toEqual({ kind: 'exited', code: 0 });
    expect([out(run, 'stdout'), out(run, 'stderr')]).toEqual(['out\n', 'err\n']);
    expect(run.end?.result).toBeNull();
  });

  it.each([
    ['throws', `export const run = () => { throw new Error('no luck'); };`, 1, 'Error: no luck'],
    ['rejects', `export const run = async () => { throw { odd: 1 }; };`, 1, 'odd: 1'],
    ['does not parse', 'export const run = (', 1, 'SyntaxError'],
    ['exports nothing', 'export const x = 1;', 1, 'exports a function'],
    ['exits', 'export const run = () => process.exit(3);', 3, 'in the middle of the call (exit status 3)'],
    ['sets a status', 'export const run = () => { process.exitCode = 9; };', 9, ''],
    [
      'fails beside its call',
      `export const run = () => new Promise(() => setTimeout(() => { throw new Error('late'); }));`,
      1,
      'late',
    ],
    ['waits for nothing', 'export const run = () => new Promise(() => {});', 'signal', ''],
  ])('that %s ends the call truly', async (_, source, status, sentence) => {
    await serve();
    const run = callModule(plane, source, { timeoutMs: 3_000 });
    const end = await ended(run);
    expect(end?.reason).toEqual(
      status === 'signal' ? { kind: 'timed_out', phase: 'run' } : { kind: 'exited', code: status },
    );
    expect(out(run, 'stderr')).toContain(sentence);
    const after = callModule(plane, source === '' ? source : 'export const run = () => 1;');
    expect((await ended(after))?.result).toEqual({ json: '1' });
  });

  it.each([
    ['a BigInt', '10n', 'BigInt'],
    ['a cycle', '(() => { const a = {}; a.a = a; return a; })()', 'circular'],
    ['100 MB', `'x'.repeat(100_000_000)`, '100000002 bytes'],
    ['a function', '() => {}', 'a function was returned'],
  ])('that returns %s has a problem instead of a result', async (_, value, sentence) => {
    await serve();
    const end = await ended(callModule(plane, `export const run = () => (${value});`));
    expect(end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(end?.result).toEqual({ problem: expect.stringContaining(sentence) });
  });

  it('may write its result file itself, or report a line of stdout', async () => {
    await serve();
    const file = callModule(
      plane,
      `import { writeFileSync } from 'node:fs'; export const run = () => writeFileSync(process.env.ERRAND_RESULT, '[1]');`,
    );
    expect((await ended(file))?.result).toEqual({ json: '[1]' });
  });

  it('is told of a cancel, may end in order, and its host goes with it', async () => {
    await serve();
    const run = callModule(
      plane,
      `export const run = (_, { signal }) => new Promise((resolve) => {
        console.log(process.pid);
        signal.addEventListener('abort', () => { console.log('goodbye'); resolve(1); });
      });`,
      { graceMs: 10_000 },
    );
    await plane.until(() => plane.logOf(run).length > 2, 'its pid');
    plane.cancel(run);
    expect((await ended(run))?.reason).toEqual({ kind: 'canceled' });
    expect(out(run)).toContain('goodbye');
    expect(pidsIn(plane.logOf(run)).filter(isAlive)).toEqual([]);
  });

  it('that blocks and ignores the cancel is killed with its daemons, and only then called canceled', async () => {
    await serve();
    const run = callModule(
      plane,
      `import { spawn } from 'node:child_process';
      export const run = () => {
        const daemon = spawn('/bin/sh', ['-c', 'trap "" TERM INT HUP; echo $$; while :; do sleep 0.1; done'], { detached: true, stdio: ['ignore', 'inherit', 'ignore'], env: {} });
        daemon.unref();
        process.stdout.write(process.pid + '\\n');
        for (;;);
      };`,
      { graceMs: 200 },
    );
    await plane.until(() => pidsIn(plane.logOf(run)).length === 2, 'both pids');
    plane.cancel(run);
    expect((await ended(run))?.reason).toEqual({ kind: 'canceled' });
    expect(pidsIn(plane.logOf(run)).filter(isAlive)).toEqual([]);
  });

  it('that leaves a daemon behind ends its own call, and its host and the daemon end before that is told', async () => {
    await serve();
    const source = `import { spawn } from 'node:child_process';
      export const run = () => {
        const daemon = spawn('setsid', ['sleep', '1000'], { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH } });
        daemon.unref();
        return [process.pid, daemon.pid];
      };`;
    const end = await ended(callModule(plane, source));
    expect(end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(pidsIn(Buffer.from(JSON.stringify(jsonOf(end)))).filter(isAlive)).toEqual([]);
    expect((await ended(callModule(plane, source)))?.reason).toEqual({ kind: 'exited', code: 0 });
  });

  it('that floods its output loses no byte', async () => {
    await serve();
    const run = callModule(
      plane,
      `export const run = () => { const line = 'x'.repeat(9_999) + '\\n'; for (let i = 0; i < 2_000; i += 1) process.stdout.write(line); return 1; };`,
    );
    expect((await ended(run))?.result).toEqual({ json: '1' });
    expect(run.size).toBe(20_000_000);
  }, 60_000);

  it.each(['host', 'supervisor', 'relay'])(
    'whose %s is killed ends once, with a line that says so',
    async (who) => {
      await serve();
      const run = callModule(
        plane,
        `import { readFileSync } from 'node:fs';
      export const run = () => { console.log(process.ppid + ' ' + process.pid); return new Promise(() => setInterval(() => {}, 1000)); };`,
      );
      await plane.until(() => pidsIn(plane.logOf(run)).length === 2, 'its pids');
      const [supervisor = 0, host = 0] = pidsIn(plane.logOf(run));
      const [keeper = 0] = await place.keepers();
      const pid = { host, supervisor, relay: relayOf(keeper, supervisor) }[who] ?? 0;
      process.kill(pid, 'SIGKILL');
      const end = await ended(run);
      const expected = {
        host: { kind: 'signaled', signal: 9 },
        supervisor: { kind: 'exited', code: 125 },
        relay: { kind: 'signaled', signal: 9 },
      }[who];
      expect(end?.reason).toEqual(expected);
      if (who !== 'relay') expect(out(run, 'stderr')).toContain('errand: ');
      expect([supervisor, host].filter(isAlive)).toEqual([]);
      expect(run.facts.filter((fact) => fact === 'ended')).toHaveLength(1);
    },
  );

  it('goes on when its agent dies, and the next agent brings its end and result', async () => {
    const first = await serve();
    const run = callModule(
      plane,
      `import { existsSync } from 'node:fs';
      export const run = async () => {
        console.log(process.pid);
        while (!existsSync('${place.folder}/go')) await new Promise((resolve) => setTimeout(resolve, 20));
        return 'done';
      };`,
    );
    await plane.until(() => plane.logOf(run).length > 2, 'its pid');
    await first.stop();
    await serve();
    place.write('go', '');
    const end = await ended(run);
    expect(end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(end?.result).toEqual({ json: '"done"' });
    await plane.until(
      () => pidsIn(plane.logOf(run)).every((pid) => !isAlive(pid)),
      'the end of a host of nobody',
    );
  });

  it('whose keeper dies is lost, and nothing of it lives on', async () => {
    await serve();
    const run = callModule(
      plane,
      `export const run = () => { console.log(process.ppid + ' ' + process.pid); return new Promise(() => setInterval(() => {}, 1e3)); };`,
    );
    await plane.until(() => pidsIn(plane.logOf(run)).length === 2, 'its pids');
    for (const pid of await place.keepers()) process.kill(pid, 'SIGKILL');
    expect((await ended(run))?.reason).toEqual({ kind: 'lost' });
    await plane.until(() => pidsIn(plane.logOf(run)).every((pid) => !isAlive(pid)), 'the end of its host');
  });
});

/** The other child of the keeper. */
function relayOf(keeper: number, supervisor: number): number {
  return place.childrenOf(keeper).find((pid) => pid !== supervisor) ?? 0;
}
