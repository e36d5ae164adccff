import { type ChildProcess, spawn } from 'node:child_process';

/** How to start a keeper. */
export interface LaunchOptions {
  binary: string;
  /** A program with its arguments that execs the binary, such as `setpriv --reuid nobody`. */
  wrapper?: readonly string[];
  /** Path of the socket: short, in a 0700 folder of the caller. */
  socket: string;
  /** What descriptor 0 of the keeper is, for commands that ask for `stdin: 'inherit'`. */
  stdin?: 'ignore' | 'inherit' | number;
  /** The keeper's own folder and environment: what `cwd: ''` and `env: 'inherit'` give a command. */
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** End as soon as one command was started, ended and forgotten. */
  once?: boolean;
  timeoutMs?: number;
}

/** Exit status of a keeper that found another one alive on its socket. */
const ANOTHER_IS_ALIVE = 3;

/**
 * Starts a keeper that outlives the caller and waits until its socket can be connected to.
 * Answers its pid, or `already` when another keeper serves that socket.
 */
export async function launchKeeper(options: LaunchOptions): Promise<{ pid: number } | 'already'> {
  const once = options.once === true ? ['--once'] : [];
  const [program = '', ...args] = [
    ...(options.wrapper ?? []),
    options.binary,
    'serve',
    options.socket,
    ...once,
  ];
  const child = spawn(program, args, {
    detached: true,
    stdio: [options.stdin ?? 'ignore', 'pipe', 'ignore'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  try {
    return await untilReady(child, options.timeoutMs ?? 10_000);
  } finally {
    // Neither the keeper nor its pipe may keep the caller's event loop alive.
    child.stdout?.destroy();
    child.unref();
  }
}

function untilReady(child: ChildProcess, timeoutMs: number): Promise<{ pid: number } | 'already'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the keeper was not ready after ${timeoutMs} ms`));
    }, timeoutMs);
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
      if (!said.startsWith('ready\n') || child.pid === undefined) return;
      clearTimeout(timer);
      resolve({ pid: child.pid });
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`the keeper did not start: ${error.message}`, { cause: error }));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === ANOTHER_IS_ALIVE) resolve('already');
      else reject(new Error(`the keeper ended at once (${code ?? signal})`));
    });
  });
}
