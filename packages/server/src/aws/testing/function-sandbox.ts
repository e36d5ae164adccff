import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Requirement } from '../../../../../scripts/requires.ts';
import { LAMBDA_TOOLS } from './moto-server.ts';

const CLIENT = resolve(import.meta.dirname, 'rapid-client.cjs');
const NOBODY = '65534';
const LOOK_AT_MEMORY_MS = 100;

/** What a function is: its package, unpacked, and what was set about it. */
export interface FunctionCode {
  readonly name: string;
  readonly task: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly env: Readonly<Record<string, string>>;
}

/** How an invocation ended; the texts are those that Lambda writes. */
export type Invoked =
  | { readonly kind: 'answered'; readonly body: string }
  | { readonly kind: 'failed'; readonly body: string };

export const namespaces: Requirement = {
  name: 'namespaces of Linux',
  ok: process.platform === 'linux' && process.getuid?.() === 0,
  reason: 'only root can make the place in which a function is executed',
};

/**
 * One execution environment of a function, as AWS documents it: a place of its own (processes, /tmp, a read-only package), a user without rights, Node 22
 * under AWS's own runtime client, and the Runtime API, which gives it one invocation after the other. It lives on between them, and dies whole.
 */
export class FunctionSandbox implements AsyncDisposable {
  readonly #code: FunctionCode;
  readonly #server = createServer((request, response) => {
    // Who asks may be killed before all of it is said.
    this.#serve(request, response).catch(() => request.socket.destroy());
  });
  #child: ChildProcess | null = null;
  #said = '';
  #next: ((invocation: Invocation) => void) | null = null;
  #waiting: Invocation | null = null;
  #under: Invocation | null = null;

  constructor(code: FunctionCode) {
    this.#code = code;
  }

  get name(): string {
    return this.#code.name;
  }

  /** What it has written to its log. */
  get said(): string {
    return this.#said;
  }

  get isAlive(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Executes one invocation; a function that takes too long, or crashes, takes its environment with it. */
  async invoke(requestId: string, body: string): Promise<Invoked> {
    if (!this.isAlive) await this.#start();
    const { timeoutMs, memoryBytes } = this.#code;
    const ended = Promise.withResolvers<Invoked>();
    const invocation = { requestId, body, deadline: Date.now() + timeoutMs, end: ended.resolve };
    const fail = (errorType: string, why: string): void =>
      ended.resolve({
        kind: 'failed',
        body: JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} ${why}` }),
      });
    const timer = setTimeout(
      () => fail('Sandbox.Timedout', `Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`),
      timeoutMs,
    );
    const child = this.#child;
    const watching = setInterval(() => {
      if (memoryOf(child?.pid ?? 0) > memoryBytes)
        fail('Runtime.OutOfMemory', 'Error: Runtime exited with error: signal: killed');
    }, LOOK_AT_MEMORY_MS);
    const onExit = (code: number | null, signal: string | null): void =>
      fail(
        'Runtime.ExitError',
        `Error: Runtime exited with error: ${signal === null ? `exit status ${code}` : 'signal: killed'}`,
      );
    child?.once('exit', onExit);
    this.#give(invocation);
    const answer = await ended.promise;
    clearTimeout(timer);
    clearInterval(watching);
    child?.off('exit', onExit);
    this.#under = null;
    if (isLost(answer)) await this.#kill();
    return answer;
  }

  /** Everything in it is killed. */
  crash(): void {
    const child = this.#child;
    // What comes next needs another one, whether or not the end of this one was heard of.
    this.#child = null;
    if (child?.pid !== undefined) killPlace(child.pid);
    child?.kill('SIGKILL');
  }

  /** Runs a program in the place of this function. Answers what it writes. */
  async look(script: string): Promise<string> {
    const [init] = childrenNow(this.#child?.pid ?? 0);
    const child = spawn('nsenter', ['-t', String(init), '-m', '-p', 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (each: string) => (text += each));
    await once(child, 'close');
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #start(): Promise<void> {
    // What waited was of a process that is gone.
    this.#next = null;
    if (!this.#server.listening) {
      this.#server.listen(0, '127.0.0.1');
      await once(this.#server, 'listening');
    }
    const { name, task, handler, timeoutMs, memoryBytes, env } = this.#code;
    const api = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const variables = {
      ...env,
      AWS_LAMBDA_RUNTIME_API: api,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryBytes / 2 ** 20),
      AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeoutMs / 1_000),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'test',
      LAMBDA_TASK_ROOT: '/mnt/task',
      LAMBDA_RUNTIME_DIR: '/mnt/tools',
      _HANDLER: handler,
      PATH: '/mnt/tools/node/bin:/usr/local/bin:/usr/bin:/bin',
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
    };
    const script = [
      'set -e',
      'mount -t tmpfs tmpfs /mnt',
      'mkdir /mnt/task /mnt/tools',
      `mount --bind "$1" /mnt/task && mount -o remount,bind,ro /mnt/task`,
      `mount --bind "$2" /mnt/tools`,
      `cp "$3" /mnt/rapid-client.cjs`,
      'mount -t tmpfs -o mode=1777 tmpfs /tmp',
      'cd /mnt/task',
      `exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups node --require /mnt/rapid-client.cjs /mnt/tools/ric/index.mjs ${handler}`,
    ].join('\n');
    const own = ['--mount', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];
    this.#child = spawn('unshare', [...own, 'sh', '-c', script, 'sh', task, LAMBDA_TOOLS, CLIENT], {
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#next = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    if (child.pid !== undefined) killPlace(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  #give(invocation: Invocation): void {
    this.#under = invocation;
    const next = this.#next;
    this.#next = null;
    if (next === null) this.#waiting = invocation;
    else next(invocation);
  }

  /** What a process is given that has died meanwhile is given to nobody. */
  #wait(send: (invocation: Invocation) => void, response: ServerResponse): void {
    this.#next = send;
    response.once('close', () => {
      if (this.#next === send) this.#next = null;
    });
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const [, , , , id = '', what = ''] = (request.url ?? '').split('/');
    if (id === 'next' && request.socket.destroyed) return;
    if (id === 'next') {
      const send = ({ requestId, deadline, body: event }: Invocation): void => {
        response.writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': requestId,
          'lambda-runtime-deadline-ms': String(deadline),
          'lambda-runtime-invoked-function-arn': `arn:aws:lambda:eu-north-1:123456789012:function:${this.#code.name}`,
          'lambda-runtime-trace-id':
            'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
        });
        response.end(event);
      };
      if (this.#waiting === null) return this.#wait(send, response);
      send(this.#waiting);
      this.#waiting = null;
      return;
    }
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    const under = this.#under;
    if (id === 'error') under?.end({ kind: 'failed', body });
    else if (under?.requestId === id) under.end({ kind: what === 'response' ? 'answered' : 'failed', body });
  }
}

/** What the function itself answers costs it nothing; what Lambda had to say of it costs its environment. */
function isLost({ body }: Invoked): boolean {
  return /"errorType":"(?:Sandbox|Runtime)\./.test(body);
}

interface Invocation {
  readonly requestId: string;
  readonly body: string;
  readonly deadline: number;
  readonly end: (answer: Invoked) => void;
}

/** The first process of a place takes all others with it. It must be named: who changes its user is no longer told of its parent's death. */
function killPlace(pid: number): void {
  for (const child of childrenNow(pid)) {
    try {
      process.kill(child, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

function childrenNow(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** What a process and all that came of it have in memory, in bytes. */
function memoryOf(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return childrenNow(pid).reduce((sum, child) => sum + memoryOf(child), pages * PAGE_BYTES);
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}

const PAGE_BYTES = 4_096;
