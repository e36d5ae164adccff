import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface OldClientOptions {
  readonly url: string;
  readonly token: string;
  /** Where its scripts lie. */
  readonly folder: string;
  readonly heartbeatMs: number;
  readonly limitMs: number;
}

/**
 * The client of the old system: a heartbeat, and for what it brings `node <folder>/<name>.js` with a limit; the result goes out in one post. It is
 * never told that it should stop, and it does not wait for a script before the next heartbeat.
 */
export class OldScriptClient implements AsyncDisposable {
  readonly heartbeats: number[] = [];
  readonly ran: string[] = [];
  readonly #options: OldClientOptions;
  readonly #stop = new AbortController();
  readonly #jobs = new Set<Promise<void>>();
  readonly #loop: Promise<void>;

  constructor(options: OldClientOptions) {
    this.#options = options;
    this.#loop = this.#beat();
  }

  async #beat(): Promise<void> {
    const { heartbeatMs } = this.#options;
    while (!this.#stop.signal.aborted) {
      await this.#heartbeat();
      await sleep(heartbeatMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #heartbeat(): Promise<void> {
    const answer = await this.#post('', { status: 'heartbeat' });
    this.heartbeats.push(answer.status);
    if (answer.status !== 200) return;
    const { payload, jobId } = (await answer.json()) as { payload: string; jobId: string };
    const { name } = JSON.parse(payload) as { name: string };
    const job = this.#run(name, jobId).finally(() => this.#jobs.delete(job));
    this.#jobs.add(job);
  }

  async #run(script: string, jobId: string): Promise<void> {
    this.ran.push(script);
    const { folder, limitMs } = this.#options;
    const child = spawn(process.execPath, [`${folder}/${script}.js`], { stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()));
    let late = false;
    const timer = setTimeout(() => {
      late = child.kill('SIGKILL');
    }, limitMs);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    const exitCode = late ? -1 : code;
    const stderr = late ? `${out.stderr}\n[Timeout: process killed]` : out.stderr;
    const body = { script, jobId, exitCode, stdout: out.stdout, stderr, timestamp: Date.now() };
    await this.#post(`?jobId=${jobId}`, body);
  }

  #post(query: string, body: unknown): Promise<Response> {
    return fetch(`${this.#options.url}/cloud-script/client${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#options.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#jobs);
  }
}
