import { spawn, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { requires } from '../../../../scripts/requires.ts';
import { endTree, markedProcesses } from './session-tree.ts';

/** No keeper draws it: these are random numbers of 40 bits. */
const MARK = String(process.pid);

requires({
  name: 'a terminal with a mark',
  ok: ['script', 'prlimit'].every((program) => spawnSync(program, ['--version']).status === 0),
  reason: 'script or prlimit of util-linux is not in PATH',
})('the end of a session’s processes', () => {
  it('hangs up the terminal of a shell, which ignores TERM', async () => {
    const shell = `exec prlimit --locks=${BigInt(MARK) << 22n}: sh -i`;
    const terminal = spawn('script', ['-qfc', shell, '/dev/null'], { stdio: 'pipe' });
    terminal.stdin.write('echo to"ld"\n');
    let shown = '';
    terminal.stdout.on('data', (bytes) => (shown += String(bytes)));
    await expect.poll(() => shown).toContain('told');
    expect(markedProcesses().map(({ mark, hasTerminal }) => ({ mark, hasTerminal }))).toContainEqual({
      mark: MARK,
      hasTerminal: true,
    });
    expect(await endTree({ mark: MARK, graceMs: 600_000 })).toBe(true);
    expect(markedProcesses().filter(({ mark }) => mark === MARK)).toEqual([]);
    terminal.kill('SIGKILL');
  });
});
