import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Errand } from '@errand/sdk';
import type { Child } from './child.ts';
import { HttpClient } from './http.ts';
import type { Place } from './place.ts';

export interface ServerOptions {
  /** Data folder; by default `data` of the place. */
  readonly data?: string;
  /** Text of errand.yaml. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where it listens; any free port by default. */
  readonly port?: number;
  /** Runs it in another network, with this address there; the test reaches it over its socket. */
  readonly elsewhere?: { readonly within: readonly string[]; readonly address: string };
}

/** A control plane in a process of its own. After `kill` or `stop`, `start` starts it again on the same folder and port. */
export class Server {
  readonly data: string;
  readonly #place: Place;
  readonly #options: ServerOptions;
  #child: Child;
  #url = '';
  #key = '';

  private constructor(place: Place, options: ServerOptions) {
    this.#place = place;
    this.#options = options;
    this.data = place.hasData(options.data ?? place.path('data'));
    this.#child = this.#launch(options.port ?? 0);
  }

  static async start(place: Place, options: ServerOptions): Promise<Server> {
    const server = new Server(place, options);
    server.#key = (await server.#child.says(/^key (err_\S+)$/m))[1] ?? '';
    await server.#ready();
    return server;
  }

  get url(): string {
    return this.#url;
  }

  /** Secret of the admin key that it printed at its first start. */
  get key(): string {
    return this.#key;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What it has said on standard error since it was started last. */
  get log(): string {
    return this.#child.stderr;
  }

  /** What makes a command line talk to it. */
  get env(): Readonly<Record<string, string>> {
    return { ERRAND_URL: this.#url, ERRAND_KEY: this.#key };
  }

  http(key: string = this.#key): HttpClient {
    return this.#options.elsewhere === undefined
      ? new HttpClient({ url: this.#url, key })
      : new HttpClient({ url: 'http://localhost', key, socketPath: this.#socket });
  }

  sdk(): Errand {
    return connect(this.#url, { key: this.#key });
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#child.ended;
  }

  /** TERM; answers how it ended. */
  async stop(): Promise<Awaited<Child['ended']>> {
    this.#child.kill('SIGTERM');
    return await this.#child.ended;
  }

  /** Starts it again, on the port it had. */
  async start(): Promise<void> {
    await this.startWithoutWaiting().says(/^page /m);
  }

  /** As `start`, but the caller sees to it. */
  startWithoutWaiting(): Child {
    this.#child = this.#launch(Number(new URL(this.#url).port));
    return this.#child;
  }

  async #ready(): Promise<void> {
    const [, scheme, port] = await this.#child.says(/^page (https?):\/\/[^/]+:(\d+)\/login\?ticket=\S+$/m);
    this.#url = `${scheme}://${this.#options.elsewhere?.address ?? '127.0.0.1'}:${port}`;
  }

  get #socket(): string {
    return this.#place.path('server.sock');
  }

  #launch(port: number): Child {
    const { config = 'logLevel: warn', env = {}, elsewhere } = this.#options;
    const file = this.#place.path('errand.yaml');
    mkdirSync(this.#place.folder, { recursive: true });
    writeFileSync(file, config);
    const args = ['up', '--port', String(port), '--data', this.data, '--config', file];
    if (elsewhere === undefined) return this.#place.errand(args, { env });
    args.push('--host', elsewhere.address, '--socket', this.#socket);
    return this.#place.errand(args, { env, within: elsewhere.within });
  }
}
