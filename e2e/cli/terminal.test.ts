import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { ERRAND } from '../harness/errand.ts';
import { ErrandPlace, until } from './errand-place.ts';
import { ErrandServer } from './errand-server.ts';

requires({
  name: 'a terminal',
  ok: spawnSync('script', ['--version']).status === 0,
  reason: 'script of util-linux is not in PATH',
})('errand run --tty', () => {
  it('gives the command a terminal of our size, and its keys, Ctrl-C included', async () => {
    await using place = new ErrandPlace();
    const terminal = new Terminal(place, `stty rows 33 cols 99; ${ERRAND} run -t -- sh -c '${PROGRAM}'`);
    await terminal.shows('33 99');
    terminal.type('hello\r');
    await terminal.shows('got hello');
    terminal.type('\u0003');
    await terminal.shows('interrupted');
    expect(await terminal.status).toBe(7);
  });

  it('does the same on a server', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    const terminal = new Terminal(user, `stty rows 33 cols 99; ${ERRAND} run -t -- sh -c '${PROGRAM}'`);
    await terminal.shows('33 99');
    terminal.type('hello\r');
    await terminal.shows('got hello');
    terminal.type('\u0003');
    await terminal.shows('interrupted');
    expect(await terminal.status).toBe(7);
  });

  it('stops watching with Enter ~ . and leaves the run going', async () => {
    await using place = new ErrandPlace();
    const terminal = new Terminal(place, `${ERRAND} run -t -- sh -c "echo ready; sleep 60"`);
    await terminal.shows('ready');
    terminal.type('\r~.');
    expect(await terminal.status).toBe(0);
    expect(terminal.text).toMatch(/run_\w+ goes on; errand logs -f run_\w+ shows it/);
    expect((await place.newestRun()).status).toBe('running');
  });

  it.each(['1\n2\n3\n', '1\n2\n3', ''])('tells the command that piped input has ended: %j', async (input) => {
    await using place = new ErrandPlace();
    const run = await place.errand(['run', '-t', '--', 'sh', '-c', 'cat | tail -n 1; echo over'], { input });
    expect([run.status, run.stdout]).toEqual([0, expect.stringMatching(/over\r\n$/)]);
  });

  it('tells it again to whoever reads again, as a shell does that begins only then', async () => {
    await using place = new ErrandPlace();
    const command = ['sh', '-c', 'read first; read second; echo over'];
    const run = await place.errand(['run', '-t', '--', ...command], { input: '' });
    expect([run.status, run.stdout]).toEqual([0, expect.stringMatching(/over\r\n$/)]);
  });

  it('says on a terminal how a run ended that did not exit by itself', async () => {
    await using place = new ErrandPlace();
    const terminal = new Terminal(place, `${ERRAND} run -- sh -c "kill -9 \\$\\$"`);
    expect(await terminal.status).toBe(137);
    expect(terminal.text).toContain('errand: The command was ended by SIGKILL.');
  });
});

const PROGRAM =
  'stty size; trap "echo interrupted; exit 7" INT; read x; echo got $x; while :; do sleep 0.1; done';

/** A terminal with a shell command in it; `script` brings the terminal. */
class Terminal {
  readonly status: Promise<number | null>;
  text = '';
  readonly #child: ChildProcess;

  constructor(place: ErrandPlace, command: string) {
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], { env: { ...place.env, TERM: 'xterm' } });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
    });
    this.status = new Promise((resolve) => {
      this.#child.on('close', resolve);
    });
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  async shows(text: string): Promise<void> {
    await until(() => this.text.includes(text), `a terminal with ${text}; it shows ${this.text}`);
  }
}
