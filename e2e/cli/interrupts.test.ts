import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ErrandPlace, until } from './errand-place.ts';

/** Says on TERM and INT what came, and goes on. */
const STUBBORN = 'trap "echo int" INT; trap "echo term" TERM; echo ready; while :; do sleep 0.1; done';

/** Short sleeps: one that begins just behind the signal would hold the trap up for all its length. */
const FIRST_INT = 'trap "echo int; exit 5" INT; echo ready; while :; do sleep 0.1; done';

describe('interrupting errand run', () => {
  it('sends INT to the whole tree with the first Ctrl-C', async () => {
    await using place = new ErrandPlace();
    const run = place.start(['run', '--', 'sh', '-c', FIRST_INT]);
    await run.says('ready');
    run.kill('SIGINT');
    const { status, stdout } = await run.finished;
    expect(stdout).toBe('ready\nint\n');
    expect(status).toBe(130);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('counts %s as the first', async (signal) => {
    await using place = new ErrandPlace();
    const run = place.start([
      'run',
      '--',
      'sh',
      '-c',
      'trap "echo term; exit 5" TERM; echo ready; sleep 60 & wait',
    ]);
    await run.says('ready');
    run.kill(signal);
    expect(await run.finished).toMatchObject({ status: 130, stdout: 'ready\nterm\n' });
  });

  it('kills with the second', async () => {
    await using place = new ErrandPlace();
    const mark = `4${process.pid}1`;
    const run = place.start(['run', '--', 'sh', '-c', `${STUBBORN} # ${mark}`]);
    await run.says('ready');
    run.kill('SIGINT');
    await run.says('int');
    run.kill('SIGINT');
    expect((await run.finished).status).toBe(130);
    expect(processesWith(mark)).toEqual([]);
  });

  it('stops watching with the third, while the end goes on', async () => {
    await using place = new ErrandPlace();
    const run = place.start(['run', '--grace', '2s', '--', 'sh', '-c', STUBBORN]);
    await run.says('ready');
    const { id } = await place.newestRun();
    for (const _ of [1, 2, 3]) run.kill('SIGINT');
    const { status, stderr } = await run.finished;
    expect(status).toBe(130);
    if (stderr !== '') expect(stderr).toContain(`errand logs -f ${id}`);
    expect((await place.errand(['wait', id])).status).toBe(130);
  });

  it('ends the run quietly when nobody reads its output any more', async () => {
    await using place = new ErrandPlace();
    const run = place.start(['run', '--', 'yes']);
    await run.says('y');
    run.closeStdout();
    expect(await run.finished).toMatchObject({ status: 141, stderr: '' });
    const { id } = await place.newestRun();
    expect((await place.errand(['wait', id])).status).toBe(130);
  });
});

describe('a run without its command line', () => {
  it('goes on when errand is killed, and errand logs -f shows all of it', async () => {
    await using place = new ErrandPlace();
    const script =
      'echo begin; i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo line $i; sleep 0.05; done; exit 6';
    const run = place.start(['run', '--', 'sh', '-c', script]);
    await run.says('line 3');
    run.kill('SIGKILL');
    await run.finished;
    const { id } = await place.newestRun();
    const logs = await place.errand(['logs', '-f', id]);
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`);
    expect(logs).toMatchObject({ status: 0, stdout: `begin\n${lines.join('')}` });
    expect((await place.errand(['wait', id])).status).toBe(6);
  });

  it('returns at once with --detach and prints the id', async () => {
    await using place = new ErrandPlace();
    const gate = join(place.folder, 'gate');
    const script = `while ! test -e ${gate}; do sleep 0.05; done; echo done`;
    const run = await place.errand(['run', '--detach', '--', 'sh', '-c', script]);
    expect(run.stdout).toMatch(/^run_\w+\n$/);
    writeFileSync(gate, '');
    const logs = await place.errand(['logs', '-f', run.stdout.trim()]);
    expect(logs.stdout).toBe('done\n');
  });

  it('is shown to its end though the server is killed meanwhile', async () => {
    await using place = new ErrandPlace();
    const run = place.start(['run', '--', 'sh', '-c', 'echo one; sleep 2; echo two; exit 9']);
    await run.says('one');
    const pid = place.serverPid;
    if (pid !== null) process.kill(pid, 'SIGKILL');
    expect(await run.finished).toMatchObject({ status: 9, stdout: 'one\ntwo\n' });
    await until(() => place.serverPid !== pid, 'another server');
  });
});

function processesWith(text: string): string[] {
  const list = execFileSync('ps', ['-eo', 'args']).toString().split('\n');
  return list.filter((line) => line.includes(text) && !line.includes('vitest'));
}
