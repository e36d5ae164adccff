import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import { ERRAND } from '../harness/errand.ts';

const BIN = resolve(import.meta.dirname, '../../node_modules/.bin');

/** What a finished command line left behind. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as bytes. */
  readonly bytes: Buffer;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What stands on standard input; without it it is empty. */
  readonly input?: Buffer | string;
  /** Standard input is a pipe that stays open. */
  readonly inputStaysOpen?: boolean;
}

/** A user of their own: data folder, sockets, login, and the server that the command lines start there. */
export class ErrandPlace implements AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  /** What its command lines get as environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly #started: ErrandProcess[] = [];

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'errand-e2e-'));
    this.data = join(this.folder, 'data');
    mkdirSync(join(this.folder, 'run'), { mode: 0o700 });
    this.env = {
      PATH: `${BIN}:${process.env['PATH'] ?? ''}`,
      HOME: this.folder,
      XDG_CACHE_HOME: resolve(import.meta.dirname, '../../.cache'),
      XDG_RUNTIME_DIR: join(this.folder, 'run'),
      ERRAND_DATA: this.data,
      ...env,
    };
  }

  /** Runs a command line to its end. */
  async errand(args: readonly string[], options: StartOptions = {}): Promise<Finished> {
    return await this.start(args, options).finished;
  }

  /** Starts a command line. */
  start(args: readonly string[], options: StartOptions = {}): ErrandProcess {
    const process = new ErrandProcess(args, { ...this.env, ...options.env }, options);
    this.#started.push(process);
    return process;
  }

  /** Pid of the server of this data folder; null where none was started. */
  get serverPid(): number | null {
    const file = join(this.data, 'owner');
    const [pid] = existsSync(file) ? (/\d+/.exec(readFileSync(file, 'utf8')) ?? []) : [];
    return pid === undefined ? null : Number(pid);
  }

  /** The newest run, once there is one. */
  async newestRun(): Promise<{ id: string; status: string }> {
    for (;;) {
      const { stdout } = await this.errand(['ps', '--json', '--limit', '1']);
      const [run] = (JSON.parse(stdout) as { runs: { id: string; status: string }[] }).runs;
      if (run !== undefined) return run;
      await sleep(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.serverPid !== null && isAlive(this.serverPid)) await this.#endRuns();
    for (const each of this.#started) each.kill('SIGKILL');
    await Promise.all(this.#started.map((each) => each.finished));
    if (this.serverPid !== null) await end(this.serverPid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #endRuns(): Promise<void> {
    const { stdout, status } = await this.errand(['ps', '-s', 'running', '-s', 'canceling', '--json']);
    if (status !== 0) return;
    for (const { id } of (JSON.parse(stdout) as { runs: { id: string }[] }).runs)
      await this.errand(['cancel', '--kill', id]);
  }
}

/** One started command line. */
export class ErrandProcess {
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcess;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];

  constructor(
    args: readonly string[],
    env: Record<string, string>,
    { cwd, input = '', inputStaysOpen }: StartOptions,
  ) {
    this.#child = spawn(ERRAND, args, { env, ...(cwd === undefined ? {} : { cwd }) });
    const { stdin, stdout, stderr } = this.#child;
    stdin?.on('error', () => undefined);
    if (inputStaysOpen !== true) stdin?.end(input);
    stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    this.finished = new Promise((done, failed) => {
      this.#child.on('error', failed);
      this.#child.on('close', (status, signal) => done({ status, signal, ...this.#output() }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdin(): NodeJS.WritableStream {
    if (this.#child.stdin === null) throw new Error('no standard input');
    return this.#child.stdin;
  }

  get stdout(): string {
    return this.#output().stdout;
  }

  get stderr(): string {
    return this.#output().stderr;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
  }

  /** Nobody reads its stdout any more. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }

  /** Resolves once stdout contains the text. */
  async says(text: string): Promise<void> {
    await until(
      () => this.stdout.includes(text),
      `stdout with ${text}; it is ${this.stdout} / ${this.stderr}`,
    );
  }

  #output(): Pick<Finished, 'stdout' | 'stderr' | 'bytes'> {
    const bytes = Buffer.concat(this.#stdout);
    return { bytes, stdout: bytes.toString(), stderr: Buffer.concat(this.#stderr).toString() };
  }
}

/** Waits until something holds, and says what did not when it takes too long. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(20);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function end(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  signalIfAlive(pid, 'SIGTERM');
  await until(() => !isAlive(pid), `the end of server ${pid}`);
}
