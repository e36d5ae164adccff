import { readFileSync } from 'node:fs';
import { InputFeed } from '@errand/agent/keeper';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signalIfAlive } from '../../../scripts/signal-if-alive.ts';
import { alive, Kept, nap, untilTrue, type Variant } from './kept.ts';

/** What every build must do with single commands, whoever runs it. */
export function commandFixtures(title: string, variant: () => Variant): void {
  describe(title, () => {
    let kept: Kept;
    beforeAll(async () => {
      kept = await Kept.start(variant());
    }, 120_000);
    afterAll(async () => kept[Symbol.asyncDispose]());

    output(() => kept);
    ends(() => kept);
    given(() => kept);
    input(() => kept);
    terminals(() => kept);
  });
}

function output(kept: () => Kept): void {
  it('gives commands real pipes: /dev/stderr can be opened and truncates nothing', async () => {
    const script =
      'echo one >&2; echo two > /dev/stderr; echo three | tee /dev/stderr; echo four >> /dev/stdout';
    const { stdout, stderr } = await kept().sh(script);
    expect(stderr).toBe('one\ntwo\nthree\n');
    expect(stdout).toBe('three\nfour\n');
  });

  it('keeps both streams in order of arrival', async () => {
    const prefix = kept().attempt();
    const seen = `until grep -qs $1 ${prefix}.log; do sleep 0.01; done`;
    const script = `seen() { ${seen}; }; for i in 1 2 3 4 5; do echo out$i; seen out$i; echo err$i >&2; seen err$i; done`;
    const { log, records } = await kept().sh(script, { prefix });
    expect(log.toString()).toBe([1, 2, 3, 4, 5].map((i) => `out${i}\nerr${i}\n`).join(''));
    expect(records.map((record) => record.stream)).toEqual(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? 'stderr' : 'stdout')),
    );
  });

  it('keeps a last line without newline, NUL and bytes that are no UTF-8', async () => {
    const { log, end } = await kept().sh("printf 'a\\0b\\377\\376last'");
    expect(log).toEqual(Buffer.from('a\0b\xff\xfelast', 'latin1'));
    expect(end.bytes).toBe(9);
  });

  it('makes no log for a command that writes nothing', async () => {
    const { records, end, prefix } = await kept().sh(':');
    expect(records).toEqual([]);
    expect(end).toMatchObject({
      how: { kind: 'exited', code: 0 },
      bytes: 0,
      dropped: 0,
      why: 'none',
      left: 0,
    });
    expect(() => readFileSync(`${prefix}.log`)).toThrow('ENOENT');
  });

  it('stores up to the cap, counts what comes after it, and keeps the last 64 KiB', async () => {
    const script = 'head -c 300000 /dev/zero | tr "\\0" a; head -c 70000 /dev/zero | tr "\\0" b';
    const { end, log, records } = await kept().sh(script, { capBytes: 100_000 });
    expect(end).toMatchObject({ why: 'cap', bytes: 165_536, dropped: 370_000 - 165_536 });
    expect(log.length).toBe(end.bytes);
    expect(log.subarray(0, 100_000).every((byte) => byte === 97)).toBe(true);
    expect(log.subarray(100_000).every((byte) => byte === 98)).toBe(true);
    const gap = records.findIndex((record) => record.stream === 'gap');
    expect(records[gap]?.end).toBe(100_000);
    expect(records.at(-1)).toMatchObject({ end: 165_536, stream: 'stdout' });
  });

  it('names the stream of each piece of the tail', async () => {
    const { stdout, stderr, end } = await kept().sh('printf 0123456789; printf ab >&2; printf cd', {
      capBytes: 5,
    });
    expect(end).toMatchObject({ why: 'none', bytes: 14, dropped: 0 });
    expect([stdout, stderr]).toEqual(['0123456789cd', 'ab']);
  });

  it('stores a line of 100 MB', async () => {
    const { end, log } = await kept().sh('head -c 100000000 /dev/zero | tr "\\0" x');
    expect([end.bytes, log.length]).toEqual([100_000_000, 100_000_000]);
    expect(log.lastIndexOf('x')).toBe(99_999_999);
    expect(log.indexOf(0)).toBe(-1);
  });
}

function ends(kept: () => Kept): void {
  it('tells exit 137 from a KILL', async () => {
    expect((await kept().sh('exit 137')).end.how).toEqual({ kind: 'exited', code: 137 });
    expect((await kept().sh('kill -KILL $$')).end.how).toEqual({ kind: 'signaled', signal: 9 });
    expect((await kept().sh('kill -SEGV $$')).end.how).toEqual({ kind: 'signaled', signal: 11 });
  });

  it('says exactly why a command could not be started', async () => {
    const enoent = await kept().run({ argv: ['no-such-command'] });
    expect(enoent.end.how).toEqual({ kind: 'spawn_failed', errno: 2, stage: 'exec' });
    const eacces = await kept().run({ argv: ['/etc/passwd'] });
    expect(eacces.end.how).toEqual({ kind: 'spawn_failed', errno: 13, stage: 'exec' });
    const folder = await kept().run({ argv: ['true'], cwd: '/no/such/folder' });
    expect(folder.end.how).toEqual({ kind: 'spawn_failed', errno: 2, stage: 'cwd' });
    const empty = await kept().run({ argv: [''] });
    expect(empty.end.how).toEqual({ kind: 'spawn_failed', errno: 2, stage: 'exec' });
    const long = await kept().run({ argv: ['true', 'x'.repeat(200_000)] });
    expect(long.end.how).toEqual({ kind: 'spawn_failed', errno: 7, stage: 'exec' });
  });

  it('lets a command trap INT and see every default signal', async () => {
    const script = 'trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.05; done';
    const { id, prefix, outcome } = await kept().start({ argv: ['/bin/sh', '-c', script] });
    await kept().untilLog(prefix, 'ready');
    kept().client.kill(id, { signal: 2, graceMs: 60_000, cause: 'canceled' });
    const { end, stdout } = await outcome;
    expect(end).toMatchObject({ how: { kind: 'exited', code: 5 }, cause: 'canceled', left: 0 });
    expect(stdout).toBe('ready\ncaught\n');
    const status = await kept().sh('grep -E "^Sig(Blk|Ign)" /proc/self/status');
    expect(status.stdout.match(/0{16}/g)).toHaveLength(2);
  });

  it('ends a command that ignores TERM after the grace, and a later kill may only shorten it', async () => {
    const argv = ['/bin/sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'];
    const first = await kept().start({ argv });
    await kept().untilLog(first.prefix, 'ready');
    kept().client.kill(first.id, { signal: 15, graceMs: 600_000, cause: 'canceled' });
    kept().client.kill(first.id, { signal: 15, graceMs: 100, cause: 'second' });
    kept().client.kill(first.id, { signal: 15, graceMs: 600_000, cause: 'third' });
    expect((await first.outcome).end).toMatchObject({
      how: { kind: 'signaled', signal: 9 },
      cause: 'canceled',
    });
  });

  it('carries a signal to the tree without any other consequence', async () => {
    const argv = ['/bin/sh', '-c', 'trap "echo usr1" USR1; echo ready; while :; do sleep 0.05; done'];
    const { id, prefix, outcome } = await kept().start({ argv });
    await kept().untilLog(prefix, 'ready');
    kept().client.signal(id, 10);
    await kept().untilLog(prefix, 'usr1');
    kept().client.kill(id, { signal: 9, graceMs: 0, cause: 'canceled' });
    expect((await outcome).end.how).toEqual({ kind: 'signaled', signal: 9 });
  });

  it('enforces the time limit by itself', async () => {
    const { end } = await kept().sh('sleep 1000', { timeoutMs: 100 });
    expect(end).toMatchObject({ how: { kind: 'signaled', signal: 15 }, cause: 'timed_out' });
  });

  it('waits for what ends by itself, such as a process that sorts the last output', async () => {
    const { stdout, end } = await kept().sh('{ sleep 0.05; echo late; } & echo early');
    expect(stdout).toBe('early\nlate\n');
    expect(end).toMatchObject({ how: { kind: 'exited', code: 0 }, cause: undefined, left: 0 });
  });

  it('leaves the children alone with keepChildren, and their pipe open', async () => {
    const sleep = nap();
    const script = `(trap 'exit 0' TERM; while :; do echo still; sleep 0.02; done # ${sleep}
      ) & echo started`;
    const { end } = await kept().sh(script, { keepChildren: true });
    expect(end).toMatchObject({ how: { kind: 'exited', code: 0 }, left: 0 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(alive(sleep).length).toBeGreaterThan(0);
    await untilTrue(() => {
      for (const pid of alive(sleep)) signalIfAlive(pid, 'SIGKILL');
      return alive(sleep).length === 0;
    });
  });

  it('ends the children, too, when a run with keepChildren is cancelled', async () => {
    const sleep = nap();
    const argv = ['/bin/sh', '-c', `setsid sleep ${sleep} & echo ready; sleep ${sleep}`];
    const { id, prefix, outcome } = await kept().start({ argv, keepChildren: true });
    await kept().untilLog(prefix, 'ready');
    kept().client.kill(id, { signal: 15, graceMs: 1000, cause: 'canceled' });
    expect((await outcome).end).toMatchObject({ cause: 'canceled', left: 0 });
    expect(alive(sleep)).toEqual([]);
  });
}

function given(kept: () => Kept): void {
  it('passes names, empty values and all bytes of the environment untouched', async () => {
    const bytes = Buffer.concat([
      Buffer.from('ALL='),
      Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1)),
    ]);
    const env = ['a.b=1', 'EMPTY=', 'with space=2', Buffer.from('\xff=\xfe', 'latin1'), bytes, 'a.b-c=x=y'];
    const { log } = await kept().run({ argv: ['/usr/bin/env', '-0'], env });
    const expected = env.map((entry) => Buffer.concat([Buffer.from(entry), Buffer.from([0])]));
    expect(log).toEqual(Buffer.concat(expected));
  });

  it('passes all bytes of an argument untouched, and empty ones', async () => {
    const all = Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1));
    const { log } = await kept().run({ argv: ['/usr/bin/printf', '%s|%s|%s', '', all, '$(x) "\''] });
    expect(log).toEqual(Buffer.concat([Buffer.from('|'), all, Buffer.from('|$(x) "\'')]));
  });

  it("lays the given environment over the keeper's own where that is asked for", async () => {
    const { stdout } = await kept().run({
      argv: ['/usr/bin/env'],
      env: ['PATH=/usr/bin:/bin', 'GIVEN=1'],
      envBase: 'inherit',
    });
    expect(stdout.match(/^PATH=/gm)).toHaveLength(1);
    expect(stdout).toContain('PATH=/usr/bin:/bin\n');
    expect(stdout).toContain('GIVEN=1\n');
    expect(stdout.split('\n').length).toBeGreaterThan(3);
  });

  it('finds commands by the PATH of their own environment', async () => {
    const found = await kept().run({ argv: ['true'], env: ['PATH=/nowhere::/usr/bin:/bin'] });
    expect(found.end.how).toEqual({ kind: 'exited', code: 0 });
    const missing = await kept().run({ argv: ['true'], env: ['PATH=/nowhere'] });
    expect(missing.end.how).toMatchObject({ kind: 'spawn_failed', errno: 2 });
  });

  it('leaks no descriptor and starts in its own session and folder', async () => {
    const files = await kept().run({ argv: ['ls', '/proc/self/fd'] });
    expect(files.stdout).toBe('0\n1\n2\n3\n'); // 3 is the folder that ls looks at
    const { stdout } = await kept().sh('pwd; cut -d" " -f6 /proc/$$/stat; echo $$', { cwd: '/usr' });
    const [folder, session, pid] = stdout.split('\n');
    expect(folder).toBe('/usr');
    expect(session).toBe(pid);
  });

  it('sets the soft limit of open files and leaves the hard one', async () => {
    const { stdout } = await kept().sh('ulimit -Sn; ulimit -Hn', { openFiles: 77 });
    const [soft, hard] = stdout.split('\n');
    expect(soft).toBe('77');
    expect(Number(hard)).toBeGreaterThan(77);
  });
}

function input(kept: () => Kept): void {
  it('gives no input with null', async () => {
    expect((await kept().sh('wc -c; readlink /proc/$$/fd/0')).stdout.split('\n').slice(0, 2)).toEqual([
      '0',
      '/dev/null',
    ]);
  });

  it('streams input within its window, whatever the size', async () => {
    const { id, outcome } = await kept().start({ argv: ['sha256sum'], stdin: 'stream' });
    const feed = new InputFeed(kept().client, id);
    const piece = Buffer.alloc(300_000, 'errand');
    for (let i = 0; i < 10; i++) expect(await feed.write(piece)).toBe(true);
    feed.end();
    const expected = await kept().sh(
      "i=0; while [ $i -lt 500000 ]; do echo errand; i=$((i+1)); done | tr -d '\\n' | sha256sum",
    );
    expect((await outcome).stdout).toBe(expected.stdout);
  });

  it('says when the command reads no more, and refuses more than the window', async () => {
    const { id, outcome } = await kept().start({
      argv: ['/bin/sh', '-c', 'read x; exec <&-; sleep 1000'],
      stdin: 'stream',
    });
    const closed = kept().until((event) => event.kind === 'input' && event.id === id && !event.open);
    kept().client.input(id, Buffer.from('line\n'));
    await closed;
    const { id: other, outcome: otherOutcome } = await kept().start({
      argv: ['sleep', '1000'],
      stdin: 'stream',
    });
    const refused = kept().until((event) => event.kind === 'error' && event.id === other);
    for (let i = 0; i < 3; i++) kept().client.input(other, Buffer.alloc(60_000));
    kept().client.input(other, Buffer.alloc(60_000));
    expect(await refused).toMatchObject({ request: 'I' });
    for (const run of [id, other]) kept().client.kill(run, { signal: 9, graceMs: 0, cause: 'canceled' });
    await Promise.all([outcome, otherOutcome]);
  });
}

function terminals(kept: () => Kept): void {
  it('gives a terminal with a size that can change, and reads keys', async () => {
    const script =
      'stty size; tty; echo ready; read line; echo "got $line"; stty size; echo again; cat; echo end of input';
    const { id, prefix, outcome } = await kept().start({
      argv: ['/bin/sh', '-c', script],
      tty: { rows: 24, columns: 80 },
    });
    await kept().untilLog(prefix, 'ready');
    kept().client.resize(id, { rows: 30, columns: 100 });
    kept().client.input(id, Buffer.from('hello\r'));
    await kept().untilLog(prefix, 'again');
    kept().client.endInput(id);
    const { end, log, records } = await outcome;
    expect(end.how).toEqual({ kind: 'exited', code: 0 });
    expect(log.toString()).toMatch(/^24 80\r\n\/dev\/pts\/\d+\r\nready\r\n/);
    expect(log.toString()).toContain('got hello\r\n30 100\r\n');
    expect(log.toString()).toContain('end of input\r\n');
    expect(new Set(records.map((record) => record.stream))).toEqual(new Set(['stdout']));
  });

  it('lets ^C belong to the program in a terminal', async () => {
    const argv = ['/bin/sh', '-c', 'echo ready; exec sleep 1000'];
    const { id, prefix, outcome } = await kept().start({ argv, tty: { rows: 24, columns: 80 } });
    await kept().untilLog(prefix, 'ready');
    kept().client.input(id, Buffer.from('\x03'));
    expect((await outcome).end.how).toEqual({ kind: 'signaled', signal: 2 });
  });
}
