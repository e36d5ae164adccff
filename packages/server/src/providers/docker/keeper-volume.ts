import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ProviderError } from '@errand/core';
import { type Engine, nameOfEngine } from './engine.ts';
import { unless } from './engine-error.ts';
import { tarOf } from './tar.ts';

/** Where the keeper lies in every container; `errand-keeper relay` (C) knows the same place. */
export const KEEPER_FOLDER = '/.errand';
export const KEEPER_FILE = 'keeper';

/** Path of the keeper's build for a processor, in Node's words for them; undefined: there is none. */
export type KeeperBuilds = (arch: string) => string | undefined;

/** The engine's words for processors, in Node's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };

interface Build {
  readonly volume: string;
  readonly bytes: Buffer;
}

/**
 * The keeper in the containers of an engine: a static program on a volume of its own that they mount without being able to write to it. It is
 * filled through the engine's API, so that the engine may be anywhere, and named by its content, so that it is filled once. It stays with the engine.
 */
export class KeeperVolume {
  readonly #engine: Engine;
  readonly #builds: KeeperBuilds;
  #build: Promise<Build> | undefined;
  #filling: Promise<void> = Promise.resolve();

  constructor(engine: Engine, builds: KeeperBuilds) {
    this.#engine = engine;
    this.#builds = builds;
  }

  /** Its name. Throws `config` where there is no keeper for the engine's processor. */
  async name(): Promise<string> {
    return (await this.#known()).volume;
  }

  /** Makes sure that a container which mounts it, and was not started yet, has the keeper. */
  async fill(container: string, image: string): Promise<void> {
    const build = await this.#known();
    if (await this.#isThere(container, build)) return;
    this.#filling = this.#filling.catch(() => undefined).then(() => this.#fill(build, image));
    await this.#filling;
  }

  async #known(): Promise<Build> {
    this.#build ??= this.#find();
    try {
      return await this.#build;
    } catch (error) {
      this.#build = undefined;
      throw error;
    }
  }

  async #find(): Promise<Build> {
    const { Architecture: told } = (await this.#engine.calls.info()) as { readonly Architecture: string };
    const path = this.#builds(ARCHITECTURES[told] ?? told);
    if (path === undefined) {
      const where = nameOfEngine(this.#engine.address);
      throw new ProviderError(
        'config',
        `the engine at ${where} has processors (${told}) that there is no keeper for`,
      );
    }
    const bytes = readFileSync(path);
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    return { volume: `errand-keeper-${hash}`, bytes };
  }

  /** What is written last is the end of the file, so its size tells that it is whole. */
  async #isThere(container: string, { bytes }: Build): Promise<boolean> {
    const path = `${KEEPER_FOLDER}/${KEEPER_FILE}`;
    const stat = await unless(this.#engine.calls.getContainer(container).infoArchive({ path }), 404);
    const header: unknown = stat?.headers?.['x-docker-container-path-stat'];
    if (typeof header !== 'string') return false;
    const { size } = JSON.parse(Buffer.from(header, 'base64').toString()) as { readonly size: number };
    return size === bytes.length;
  }

  /** Through a container that is never started, the only one that may write to it. One that a crash has left goes first. */
  async #fill(build: Build, Image: string): Promise<void> {
    const { calls } = this.#engine;
    const name = `${build.volume}-fill`;
    await unless(calls.getContainer(name).remove({ force: true }), 404, 409);
    const Mounts = [{ Type: 'volume' as const, Source: build.volume, Target: KEEPER_FOLDER }];
    const filler = await calls.createContainer({ name, Image, Cmd: ['-'], HostConfig: { Mounts } });
    try {
      if (await this.#isThere(filler.id, build)) return;
      await filler.putArchive(tarOf({ name: KEEPER_FILE, mode: 0o555, bytes: build.bytes }), {
        path: KEEPER_FOLDER,
      });
    } finally {
      await unless(filler.remove({ force: true }), 404);
    }
  }
}
