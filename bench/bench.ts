import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type HttpAgent, startHttpAgent, startHttpAgents } from './plant/http-agent.ts';
import { publish } from './plant/published.ts';
import { type Server, startServer } from './plant/server.ts';
import { Worker } from './plant/worker.ts';
import { type DockerEngine, startDocker } from './yardsticks/docker.ts';
import { startSsh } from './yardsticks/ssh.ts';
import type { Elsewhere, Found } from './yardsticks/yardstick.ts';

export const HTTP_AGENTS = 4;

/**
 * What rows measure with. Everything is started when the first row needs it, is then shared, and ends with the bench; a subject and its
 * yardstick are driven from processes of their own.
 */
export class Bench implements AsyncDisposable {
  /** Where data lies while it is measured. */
  readonly folder: string;
  /** Fewer and smaller measurements: to see that they work, not to read their figures. */
  readonly quick: boolean;
  readonly #owned = new AsyncDisposableStack();
  readonly #started = new Map<string, Promise<unknown>>();

  constructor({ folder, quick }: { readonly folder: string; readonly quick: boolean }) {
    this.folder = mkdtempSync(join(folder, 'errand-bench-'));
    this.quick = quick;
    this.#owned.defer(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  get rounds(): number {
    return this.quick ? 2 : 5;
  }

  /** The first where there is time, the second for `--quick`. */
  size(full: number, quick: number): number {
    return this.quick ? quick : full;
  }

  server(): Promise<Server> {
    return this.#once('server', async () => this.#owned.use(await startServer(this.folder)));
  }

  /** One that also makes containers. */
  serverWithDocker(): Promise<Server> {
    return this.#once('server with docker', async () =>
      this.#owned.use(await startServer(this.folder, { config: 'docker: {}' })),
    );
  }

  /** Path of the command line as people install it. */
  published(): Promise<string> {
    return this.#once('published', () => publish(this.folder));
  }

  httpAgent(): Promise<HttpAgent> {
    return this.#once('agent', async () =>
      this.#owned.use(await startHttpAgent(await this.server(), this.folder)),
    );
  }

  /** Four in one pool. */
  httpAgents(): Promise<HttpAgent> {
    return this.#once('agents', async () =>
      this.#owned.use(await startHttpAgents(await this.server(), this.folder, HTTP_AGENTS)),
    );
  }

  ssh(): Promise<Found<Elsewhere>> {
    return this.#once('ssh', async () => this.#owning(await startSsh()));
  }

  docker(): Promise<Found<DockerEngine>> {
    return this.#once('docker', async () => this.#owning(await startDocker()));
  }

  /** Drives what is measured. */
  client(): Promise<Worker> {
    return this.#once('client', async () => this.#owned.use(new Worker()));
  }

  /** Drives yardsticks, and what goes on beside a measurement. */
  other(): Promise<Worker> {
    return this.#once('other', async () => this.#owned.use(new Worker()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }

  #owning<Place extends Elsewhere>(found: Found<Place>): Found<Place> {
    if ('found' in found) this.#owned.use(found.found);
    return found;
  }

  #once<Thing>(name: string, start: () => Promise<Thing>): Promise<Thing> {
    const started = this.#started.get(name) ?? start();
    this.#started.set(name, started);
    return started as Promise<Thing>;
  }
}
