import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ErrandPlace } from './errand-place.ts';

describe('errand run, with nothing set up', () => {
  it('shows both streams apart and has the exit status of the command', async () => {
    await using place = new ErrandPlace();
    const run = await place.errand(['run', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(run).toMatchObject({ status: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('tells how commands end by the exit status', async () => {
    await using place = new ErrandPlace();
    const status = async (...args: string[]) => (await place.errand(['run', ...args])).status;
    expect(await status('--', 'true')).toBe(0);
    expect(await status('--', 'sh', '-c', 'kill -9 $$')).toBe(137);
    expect(await status('--', 'sh', '-c', 'exit 137')).toBe(137);
    expect(await status('--', 'no-such-program')).toBe(127);
    expect(await status('--', '/etc/hostname')).toBe(126);
    expect(await status('--timeout', '300ms', '--', 'sleep', '60')).toBe(124);
    expect(await status('--pool', 'nowhere', '--', 'true')).toBe(125);
  });

  it('says on stderr why a command could not be started, but nothing about one that ran', async () => {
    await using place = new ErrandPlace();
    const missing = await place.errand(['run', '--', 'no-such-program']);
    expect(missing.stderr).toMatch(/^errand: The command could not be started: .*no-such-program/);
    const killed = await place.errand(['run', '--', 'sh', '-c', 'kill $$']);
    expect(killed).toMatchObject({ status: 143, stderr: '' });
  });

  it('gives the command our folder and our environment, whatever its names and bytes', async () => {
    await using place = new ErrandPlace();
    const cwd = join(place.folder, 'some where');
    mkdirSync(cwd);
    const env = { 'a.b': '1', 'BASH_FUNC_f%%': '() {  :\n}', PLAIN: 'ä "quoted"', EMPTY: '' };
    const run = await place.errand(
      ['run', '--env', 'PLAIN=new', '--', 'sh', '-c', 'pwd; tr "\\0" "\\n" </proc/$$/environ'],
      { env, cwd },
    );
    const lines = run.stdout.split('\n');
    expect(lines[0]).toBe(cwd);
    expect(lines).toEqual(expect.arrayContaining(['a.b=1', 'PLAIN=new', 'EMPTY=', 'BASH_FUNC_f%%=() {  :']));
    expect(run.stdout).not.toMatch(/ERRAND_NOFILE|ERRAND_ENVIRON|NODE_COMPILE_CACHE/);
  });

  it('passes standard input through byte for byte', async () => {
    await using place = new ErrandPlace();
    const input = randomBytes(5_000_000);
    const run = await place.errand(['run', '--', 'cat'], { input });
    expect(run.status).toBe(0);
    expect(run.bytes.equals(input)).toBe(true);
  });

  it('gives no standard input with -n', async () => {
    await using place = new ErrandPlace();
    const run = await place.errand(['run', '-n', '--', 'cat'], { input: 'not for you' });
    expect(run).toMatchObject({ status: 0, stdout: '' });
  });

  it('runs errand itself', async () => {
    await using place = new ErrandPlace();
    const run = await place.errand(['run', '--', 'errand', 'run', '--', 'sh', '-c', 'echo deep; exit 3']);
    expect(run).toMatchObject({ status: 3, stdout: 'deep\n' });
  });

  it('starts one server for two command lines that begin at the same moment', async () => {
    await using place = new ErrandPlace();
    const runs = await Promise.all([1, 2, 3].map((n) => place.errand(['run', '--', 'echo', `${n}`])));
    expect(runs.map(({ status, stdout }) => `${status} ${stdout}`)).toEqual(['0 1\n', '0 2\n', '0 3\n']);
  });

  it('keeps the history', async () => {
    await using place = new ErrandPlace();
    await place.errand(['run', '--name', 'first', '--', 'echo', '\u001b[31mred']);
    const { stdout } = await place.errand(['ps']);
    expect(stdout).toMatch(/^ID +STATUS +EXIT .*\nrun_\w+ +succeeded +0 .*first: echo '\\x1b\[31mred'\n$/);
  });

  it('prints one document with --json, and the output of the command on stderr', async () => {
    await using place = new ErrandPlace();
    const run = await place.errand(['run', '--json', '--', 'sh', '-c', 'echo out; exit 4']);
    expect(run).toMatchObject({ status: 4, stderr: 'out\n' });
    expect(JSON.parse(run.stdout)).toMatchObject({
      status: 'failed',
      exitCode: 4,
      command: ['sh', '-c', 'echo out; exit 4'],
    });
  });

  it('merges both streams in their order of arrival with --merge', async () => {
    await using place = new ErrandPlace();
    const script = 'for i in 1 2 3; do echo $i; sleep 0.05; echo e$i >&2; sleep 0.05; done';
    const run = await place.errand(['run', '--merge', '--', 'sh', '-c', script]);
    expect(run).toMatchObject({ stdout: '1\ne1\n2\ne2\n3\ne3\n', stderr: '' });
  });

  it('refuses to retry what inherited its folder and environment', async () => {
    await using place = new ErrandPlace();
    await place.errand(['run', '--', 'false']);
    const { id } = await place.newestRun();
    const retry = await place.errand(['retry', id]);
    expect(retry.status).toBe(125);
    expect(retry.stderr).toMatch(/inherited folder and environment/);
  });
});
