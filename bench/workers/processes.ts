import { spawn } from 'node:child_process';
import { type Repeated, type Timed, timed } from './in-flight.ts';

export interface StartProcesses extends Repeated {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Bare `child_process.spawn`, both outputs read from pipes, until the process has ended and its pipes are closed. */
export function startProcesses({ argv, env, ...repeated }: StartProcesses): Promise<Timed> {
  return timed(repeated, () => startProcess(argv, env));
}

function startProcess(
  [file = '', ...args]: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(env === undefined ? {} : { env }),
  });
  let complaint = '';
  child.stdout.resume();
  child.stderr.on('data', (bytes: Buffer) => {
    complaint += bytes.toString();
  });
  child.once('error', reject);
  child.once('close', (code) => {
    if (code === 0) resolve();
    else reject(new Error(`${file} ended with ${code}: ${complaint.slice(-2_000)}`));
  });
  return promise;
}
