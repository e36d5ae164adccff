import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { KeeperLine } from '../keeper-line.ts';
import type { HostFiles, HostProgram, ModulePlace } from '../ports.ts';
import type { Waiting } from '../retry.ts';
import { ModuleHost } from './module-host.ts';

/** Without a call for so long a host ends itself, also where no agent is left. */
const IDLE_MS = 5 * 60_000;
/** An older one may be about to end; it is not used any more. */
const FRESH_MS = IDLE_MS - 60_000;
/** Idle hosts: enough for the calls that overlap now and then, each costs about 40 MB. */
const IDLE_PER_MODULE = 4;
const IDLE_IN_ALL = 12;
/** What a host says outside of calls is for whoever looks for a mistake. */
const LOG_BYTES = 1024 * 1024;

export interface ModuleHostsParts {
  readonly program: HostProgram;
  readonly files: HostFiles;
  readonly line: KeeperLine;
  readonly waiting: Waiting;
  /** The environment of a host before its first call. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The warm hosts of an agent: given out for one call at a time, made where none is free. */
export class ModuleHosts {
  readonly #parts: ModuleHostsParts;
  #idle: ModuleHost[] = [];

  constructor(parts: ModuleHostsParts) {
    this.#parts = parts;
  }

  /** The build of the keeper that they are started with. */
  get keeper(): string {
    return this.#parts.program.keeper;
  }

  /** The name for a call's host: that of a warm one, which nobody else gets meanwhile, or a new one. */
  reserve(place: ModulePlace): Reservation {
    const now = this.#parts.waiting.clock.now();
    const stale = this.#idle.filter(({ lastUsed }) => now - lastUsed > FRESH_MS || now < lastUsed);
    for (const host of stale) this.#discard(host);
    const host = this.#idle.findLast(({ key, over }) => key === keyOf(place) && !over);
    if (host !== undefined) this.#idle = this.#idle.filter((other) => other !== host);
    return { place, host: host ?? this.#make(keyOf(place)), warm: host !== undefined };
  }

  /** Starts what was reserved unless it is warm; resolves when it takes calls. Rejects with a sentence. */
  async start({ host, place, warm }: Reservation): Promise<void> {
    if (warm) return;
    const { program, environment, files } = this.#parts;
    const { path, url, sha256 } = place;
    const idle = String(IDLE_MS);
    host.start({
      argv: [program.keeper, 'host', host.socket, idle, ...program.command, 'call', path, url, sha256],
      env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      envBase: 'clean',
      cwd: files.folder,
      capBytes: LOG_BYTES,
      graceMs: 2_000,
    });
    await host.ready();
  }

  /** The command that makes one call. */
  callOf({ host }: Reservation): readonly string[] {
    return [this.#parts.program.keeper, 'call', host.socket];
  }

  /** A host that served its call well and is alive. */
  giveBack(host: ModuleHost): void {
    host.lastUsed = this.#parts.waiting.clock.now();
    this.#idle.push(host);
    const ofModule = this.#idle.filter(({ key }) => key === host.key);
    if (ofModule.length > IDLE_PER_MODULE) this.#discard(ofModule[0]);
    if (this.#idle.length > IDLE_IN_ALL) this.#discard(this.#idle[0]);
  }

  /** Nothing was executed: a host that was never started is nobody's, a warm one may serve others. */
  release({ host, warm }: Reservation): void {
    if (warm) this.giveBack(host);
  }

  /** The host of an earlier agent. */
  find(id: string): ModuleHost {
    return this.#host(id, '');
  }

  /** Ends what an earlier agent has left, those apart that serve a call now. */
  sweep(serving: ReadonlySet<string>): void {
    for (const id of this.#parts.files.list()) if (!serving.has(id)) this.#end(this.find(id));
  }

  /** Ends those that serve nobody. Resolves when it is ordered. */
  stop(): void {
    for (const host of this.#idle.splice(0)) this.#end(host);
  }

  #discard(host: ModuleHost | undefined): void {
    if (host === undefined) return;
    this.#idle = this.#idle.filter((other) => other !== host);
    this.#end(host);
  }

  #end(host: ModuleHost): void {
    host.end().catch(() => {});
  }

  #make(key: string): ModuleHost {
    return this.#host(`host-${randomBytes(8).toString('hex')}`, key);
  }

  #host(id: string, key: string): ModuleHost {
    const { files, line, waiting } = this.#parts;
    const socket = join(dirname(line.socket), id);
    return new ModuleHost({ id, key, socket, line, files, waiting });
  }
}

/** A host that belongs to one call from here on. */
export interface Reservation {
  readonly place: ModulePlace;
  readonly host: ModuleHost;
  readonly warm: boolean;
}

function keyOf({ url, sha256 }: ModulePlace): string {
  return `${sha256} ${url}`;
}
