import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRunFile, KeeperClient, launchKeeper, readRunFile } from '@errand/agent/keeper';
import { expect, it } from 'vitest';
import { requires } from '../../../scripts/requires.ts';
import { alive, isAlive, Kept, nap, outcomeOf, untilTrue } from './kept.ts';
import { aBuild, build, nobody, root, setpriv } from './parts.ts';

requires(aBuild)('the life of a keeper', () => {
  it('lets a second keeper on its socket go, and replaces a dead socket file', async () => {
    await using kept = await Kept.start(build);
    expect(await launchKeeper({ binary: build.binary, socket: kept.socket })).toBe('already');
    process.kill(kept.pid, 'SIGKILL');
    await untilTrue(() => !isAlive(kept.pid));
    expect(existsSync(kept.socket)).toBe(true);
    await kept.launch();
    expect((await kept.sh('echo again')).stdout).toBe('again\n');
  });

  it('starts one of ten that are launched at once', async () => {
    const kept = new Kept(build);
    const launched = await Promise.all(
      Array.from({ length: 10 }, () => launchKeeper({ binary: build.binary, socket: kept.socket })),
    );
    const started = launched.filter((answer) => answer !== 'already');
    for (const { pid } of started) kept.pid = pid;
    await kept[Symbol.asyncDispose]();
    expect(started).toHaveLength(1);
  });

  it('starts a command once, however often it is asked to, also after it was forgotten', async () => {
    await using kept = await Kept.start(build);
    const { id, prefix, outcome } = await kept.start({
      argv: ['/bin/sh', '-c', 'echo once; read x'],
      stdin: 'stream',
    });
    const again = await kept.client.start({ id, prefix, argv: ['/bin/sh', '-c', 'echo twice'] });
    expect(again).toMatchObject({ kind: 'known', run: { id, state: 'running' } });
    kept.client.endInput(id);
    expect((await outcome).stdout).toBe('once\n');
    const ended = await kept.client.start({ id, prefix, argv: ['true'] });
    expect(ended).toMatchObject({
      kind: 'known',
      run: { state: 'ended', end: { how: { kind: 'exited', code: 1 } } },
    });
    kept.client.forget(id);
    const refused = await kept.client.start({ id, prefix, argv: ['/bin/sh', '-c', 'echo twice'] });
    expect(refused).toMatchObject({
      kind: 'ended',
      end: { how: { kind: 'spawn_failed', errno: 17, stage: 'log' } },
    });
    expect(outcomeOf(prefix).stdout).toBe('once\n');
  });

  it('goes on without a client, and tells the next one what happened', async () => {
    await using kept = await Kept.start(build);
    const first = await kept.start({ argv: ['/bin/sh', '-c', 'echo one; sleep 0.2; echo two; exit 4'] });
    const second = await kept.start({ argv: ['/bin/sh', '-c', 'echo up; read x; echo $x'], stdin: 'stream' });
    first.outcome.catch(() => {});
    second.outcome.catch(() => {});
    await kept.client.close();
    await untilTrue(() => readRunFile(first.prefix).end !== undefined);
    kept.client = await KeeperClient.connect(kept.socket);
    const listed = await kept.client.list();
    expect(listed.find((run) => run.id === first.id)).toMatchObject({
      state: 'ended',
      size: 8,
      end: { how: { kind: 'exited', code: 4 } },
    });
    expect(listed.find((run) => run.id === second.id)).toMatchObject({
      state: 'running',
      size: 3,
      end: undefined,
    });
    const ended = kept.ended(second.id);
    kept.client.input(second.id, Buffer.from('hello\n'));
    await ended;
    expect(outcomeOf(second.prefix).stdout).toBe('up\nhello\n');
    for (const run of listed) kept.client.forget(run.id);
    expect(await kept.client.list()).toEqual([]);
  });

  it('carries a cancel out to its end when the client that asked for it is gone', async () => {
    await using kept = await Kept.start(build);
    const argv = ['/bin/sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'];
    const { id, prefix, outcome } = await kept.start({ argv });
    outcome.catch(() => {});
    await kept.untilLog(prefix, 'ready');
    kept.client.kill(id, { signal: 15, graceMs: 200, cause: 'canceled' });
    await kept.client.close();
    await untilTrue(() => readRunFile(prefix).end !== undefined);
    expect(readRunFile(prefix).end).toMatchObject({
      how: { kind: 'signaled', signal: 9 },
      cause: 'canceled',
      left: 0,
    });
  });

  it('tells every client of every run', async () => {
    await using kept = await Kept.start(build);
    await using other = await KeeperClient.connect(kept.socket);
    const kinds: string[] = [];
    const ended = new Promise<void>((resolve) => {
      other.onEvent((event) => {
        kinds.push(event.kind);
        if (event.kind === 'ended') resolve();
      });
    });
    await kept.sh('echo hello');
    await ended;
    expect(kinds).toEqual(['started', 'grew', 'ended']);
  });

  it('loses no command when it is killed: they go on, and their end is unknown', async () => {
    await using kept = await Kept.start(build);
    const flag = join(kept.folder, 'flag');
    const argv = [
      '/bin/sh',
      '-c',
      `echo ready; while [ ! -e ${flag} ]; do sleep 0.02; done; : > ${flag}.seen`,
    ];
    const { prefix, outcome } = await kept.start({ argv });
    outcome.catch(() => {});
    await kept.untilLog(prefix, 'ready');
    process.kill(kept.pid, 'SIGKILL');
    await kept.client.closed;
    writeFileSync(flag, '');
    await untilTrue(() => existsSync(`${flag}.seen`));
    const { exec, end } = readRunFile(prefix);
    expect(exec?.pid).toBe(kept.pid);
    expect(end).toBeUndefined();
  });

  it('ends all trees and itself on TERM', async () => {
    const sleep = nap();
    const kept = await Kept.start(build);
    const { prefix, outcome } = await kept.start({
      argv: ['/bin/sh', '-c', `setsid sleep ${sleep} & sleep ${sleep}`],
    });
    outcome.catch(() => {});
    process.kill(kept.pid, 'SIGTERM');
    await untilTrue(() => !isAlive(kept.pid));
    expect(readRunFile(prefix).end).toMatchObject({ cause: 'keeper_stopped', left: 0 });
    expect(alive(sleep)).toEqual([]);
    expect(existsSync(kept.socket)).toBe(false);
    await kept[Symbol.asyncDispose]();
  });

  it('ends with --once when its one command was forgotten', async () => {
    const kept = new Kept(build);
    const launched = await launchKeeper({ binary: build.binary, socket: kept.socket, once: true });
    if (launched === 'already') throw new Error('already');
    kept.pid = launched.pid;
    kept.client = await KeeperClient.connect(kept.socket);
    const { id, outcome } = await kept.start({ argv: ['true'] });
    await outcome;
    expect(isAlive(kept.pid)).toBe(true);
    kept.client.forget(id);
    await kept.client.closed;
    await kept[Symbol.asyncDispose]();
  });

  it('hands its own descriptor 0 to those who inherit it', async () => {
    await using kept = new Kept({ ...build });
    writeFileSync(join(kept.folder, 'input'), 'from the descriptor');
    kept.variant.stdin = openSync(join(kept.folder, 'input'), 'r');
    await kept.launch();
    expect((await kept.run({ argv: ['cat'], stdin: 'inherit' })).stdout).toBe('from the descriptor');
  });

  it('refuses an attempt that has no file', async () => {
    await using kept = await Kept.start(build);
    const outcome = await kept.client.start({
      id: 'none',
      prefix: join(kept.folder, 'none'),
      argv: ['true'],
    });
    expect(outcome).toMatchObject({
      kind: 'ended',
      end: { how: { kind: 'spawn_failed', errno: 2, stage: 'log' } },
    });
  });
});

requires(aBuild)('a keeper in the tree of another', () => {
  it('goes with its trees when the outer run ends', async () => {
    await using outer = await Kept.start(build);
    await nestedIsEnded(outer);
  });
});

requires(
  aBuild,
  root,
  setpriv,
)('a keeper in the tree of another, without cgroups', () => {
  it('goes with its trees when the outer run ends', async () => {
    await using outer = await Kept.start(nobody);
    await nestedIsEnded(outer);
  });

  it('does not obey another user', async () => {
    await using kept = await Kept.start(nobody);
    const stranger = spawn('setpriv', [
      '--reuid=65533',
      '--clear-groups',
      'perl',
      '-e',
      STRANGER,
      kept.socket,
    ]);
    const said = await new Promise<string>((resolve) => {
      let text = '';
      stranger.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stranger.once('close', () => resolve(text));
    });
    expect(said).toBe('refused');
  });
});

requires(root)('cgroups of dead keepers', () => {
  it('are removed by the next keeper when they are empty', async () => {
    const mount = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'latin1'))?.[1];
    if (mount === undefined) return;
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'latin1'))?.[1] ?? '/';
    const left = join(mount, own, `errand-${process.pid}-left`);
    mkdirSync(join(left, 'run-1'), { recursive: true });
    await using kept = await Kept.start(build);
    expect(existsSync(left)).toBe(false);
    const mine = readdirSync(join(mount, own)).find((name) => name.startsWith(`errand-${kept.pid}-`));
    expect(mine).toBeDefined();
    await kept.sh('true');
    expect(readdirSync(join(mount, own, mine ?? '')).filter((name) => name.startsWith('run-'))).toEqual([]);
  });
});

const STRANGER = `use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0);
connect(S, sockaddr_un($ARGV[0])) or do { print "refused"; exit };
print defined(sysread(S, $b, 1)) && length($b) ? "heard" : "refused";`;

/** An outer run starts a keeper; that one starts a tree; the outer run is cancelled. */
async function nestedIsEnded(outer: Kept): Promise<void> {
  const sleep = nap();
  const socket = join(outer.folder, 'inner');
  const { id, prefix, outcome } = await outer.start({ argv: [build.binary, 'serve', socket] });
  await outer.untilLog(prefix, 'ready');
  const inner = await KeeperClient.connect(socket);
  const innerPrefix = join(outer.folder, 'inner-run');
  createRunFile(innerPrefix, 'inner');
  const { uid } = outer.variant;
  const argv = ['/bin/sh', '-c', `(setsid setsid sleep ${sleep} &); ulimit -w 2>/dev/null; sleep ${sleep}`];
  if (uid === undefined)
    await inner.start({ id: 'inner', prefix: innerPrefix, argv, env: ['PATH=/usr/bin:/bin'] });
  else await inner.start({ id: 'inner', prefix: outer.attempt(), argv, env: ['PATH=/usr/bin:/bin'] });
  await untilTrue(() => alive(sleep).length >= 2);
  outer.client.kill(id, { signal: 9, graceMs: 0, cause: 'canceled' });
  expect((await outcome).end).toMatchObject({ cause: 'canceled', left: 0 });
  expect(alive(sleep)).toEqual([]);
  await inner.closed;
}
