import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { until } from './until.ts';

export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What stands on standard input (nothing). */
  readonly input?: string | Uint8Array;
  /** Somebody else reads its standard output; it is not gathered here. */
  readonly streamed?: boolean;
}

/** How a process ended and what it said. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that a test started, and its output. */
export class Child {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];

  constructor(program: string, args: readonly string[], { env, cwd, input, streamed = false }: ChildOptions) {
    this.#child = spawn(program, args, { env, cwd });
    const { stdin, stdout, stderr } = this.#child;
    stdin?.on('error', () => undefined);
    stdin?.end(input);
    if (!streamed) stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (status, signal) => {
        resolve({ status, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString();
  }

  /** Standard output of a process started with `streamed`. */
  get output(): Readable {
    if (this.#child.stdout === null) throw new Error('no standard output');
    return this.#child.stdout;
  }

  get input(): Writable {
    if (this.#child.stdin === null) throw new Error('no standard input');
    return this.#child.stdin;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal);
  }

  /** Resolves with the match once its standard output has one; throws with what it said when it ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return await until(
      () => {
        const match = pattern.exec(this.stdout);
        if (match === null && !this.isRunning) {
          throw new Error(`ended without ${String(pattern)}:\n${this.stdout}\n${this.stderr}`);
        }
        return match;
      },
      () => `${String(pattern)} in:\n${this.stdout}\n${this.stderr}`,
    );
  }
}
