import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { CodeStore } from './code-store.ts';
import type { DescribeModule } from './script-folder.ts';

/** Importing is all that is done; what takes longer is waiting for something. */
const LIMIT_MS = 20_000;
const AFTER_MS = 500;
const OUTPUT_BYTES = 1024 * 1024;

export interface DescribeOptions {
  readonly store: CodeStore;
  /** Node and the program of the module host. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Asks a module about itself, in a process of its own: what it does when it is imported must not reach the agent. */
export function describeModules({ store, command, environment }: DescribeOptions): DescribeModule {
  return async (file) => {
    const path = store.keep(file.bytes, '.own');
    const url = pathToFileURL(file.path).href;
    const [program = '', ...args] = command;
    const asking = [...args, 'describe', path, url, file.sha256];
    const { said, problem } = await outputOf(program, asking, environment);
    if (said === '') throw new Error(`it could not be imported: ${problem.slice(-500)}`);
    const { runs, ...exported } = JSON.parse(said) as { readonly runs: boolean };
    if (!runs) throw new Error('it exports no function `run`');
    return Object.fromEntries(Object.entries(exported).filter(([, value]) => value !== null));
  };
}

function outputOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly said: string; readonly problem: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    const texts = ['', ''];
    for (const [index, stream] of [child.stderr, child.stdio[3]].entries()) {
      stream?.on('data', (chunk: Buffer) => {
        texts[index] = ((texts[index] ?? '') + chunk.toString()).slice(0, OUTPUT_BYTES);
      });
    }
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const tell = (): void => {
        const [problem = '', said = ''] = texts;
        resolve({ said: code === 0 ? said : '', problem: problem.trim() || `it ended by ${signal ?? code}` });
      };
      // What it left behind may hold the pipes open for ever.
      setTimeout(tell, AFTER_MS).unref();
      child.once('close', tell);
    });
  });
}
