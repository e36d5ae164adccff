import { join } from 'node:path';
import { ErrandPlace, type ErrandProcess } from './errand-place.ts';

/** A server that stays, on a free port, with the key it printed at its first start. */
export class ErrandServer implements AsyncDisposable {
  readonly url: string;
  readonly key: string;
  readonly #place: ErrandPlace;
  #process: ErrandProcess;

  private constructor(place: ErrandPlace, started: { process: ErrandProcess; url: string; key: string }) {
    this.#place = place;
    this.#process = started.process;
    this.url = started.url;
    this.key = started.key;
  }

  static async start(): Promise<ErrandServer> {
    const place = new ErrandPlace();
    return new ErrandServer(place, await up(place, '0'));
  }

  get data(): string {
    return this.#place.data;
  }

  /** A user who talks to this server. */
  user(env: Readonly<Record<string, string>> = {}): ErrandPlace {
    return new ErrandPlace({ ERRAND_URL: this.url, ERRAND_KEY: this.key, ...env });
  }

  /** Dies at once and is started again on the same port and data folder. */
  async restart(): Promise<void> {
    const { pid } = this.#process;
    process.kill(pid, 'SIGKILL');
    await this.#process.finished;
    this.#process = (await up(this.#place, new URL(this.url).port)).process;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#place[Symbol.asyncDispose]();
  }
}

async function up(
  place: ErrandPlace,
  port: string,
): Promise<{ process: ErrandProcess; url: string; key: string }> {
  const process = place.start(['up', '--port', port, '--data', join(place.folder, 'data')]);
  await process.says('page ');
  const [, key = ''] = /^key (err_\S+)\n/.exec(process.stdout) ?? [];
  const [, url = ''] = /^page (http:\/\/[^/]+)\//m.exec(process.stdout) ?? [];
  return { process, url, key };
}
