import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import { Child, type ChildOptions } from './child.ts';
import { ERRAND } from './errand.ts';
import { endKeepers } from './keepers.ts';
import { isAlive, processesWith } from './processes.ts';
import { Server, type ServerOptions } from './server.ts';
import { until } from './until.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

export interface PlacedOptions extends Partial<ChildOptions> {
  /** What starts it somewhere else; see `Network`. */
  readonly within?: readonly string[];
}

/** A user of a machine: folders of their own, and whatever is started in them. Everything ends with it, by its process id. */
export class Place implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'errand-e2e-'));
  readonly #children: Child[] = [];
  readonly #agentFolders = new Set<string>();
  readonly #dataFolders = new Set<string>();
  readonly #atEnd: (() => void | Promise<void>)[] = [];

  constructor() {
    mkdirSync(this.path('run'), { mode: 0o700 });
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** The environment of what is started here: that of a new user, and the compile cache of this clone. */
  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: this.folder,
      XDG_RUNTIME_DIR: this.path('run'),
      XDG_CACHE_HOME: join(REPOSITORY, '.cache'),
    };
  }

  /** Starts a command line. */
  errand(args: readonly string[], { within = [], ...options }: PlacedOptions = {}): Child {
    const env = { ...this.env, ...options.env };
    const [program = ERRAND, ...rest] = [...within, ERRAND, ...args];
    const child = new Child(program, rest, { cwd: this.folder, ...options, env });
    this.#children.push(child);
    return child;
  }

  /** Starts a control plane with a data folder here and resolves when it answers. */
  async server(options: ServerOptions = {}): Promise<Server> {
    return await Server.start(this, options);
  }

  /** A control plane has this data folder, also one that a command line started: both it and its keeper end with the place. */
  hasData(folder: string): string {
    this.#dataFolders.add(folder);
    this.hasAgent(join(folder, 'agent'));
    return folder;
  }

  /** An agent has this folder: its keeper ends with the place. */
  hasAgent(folder: string): string {
    this.#agentFolders.add(folder);
    return folder;
  }

  /** To be done once every process is gone, before the folder is removed; the last one first. */
  atEnd(action: () => void | Promise<void>): void {
    this.#atEnd.unshift(action);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(this.#children.map(({ ended }) => ended));
    await Promise.all([...this.#dataFolders].map(endOwner));
    await endKeepers({ agents: [...this.#agentFolders], sockets: this.path('run', 'errand') });
    for (const action of this.#atEnd) await action();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Ends the control plane that a command line started in the background. */
async function endOwner(data: string): Promise<void> {
  const pid = ownerOf(data);
  if (pid === null || !processesWith(data).includes(pid)) return;
  signalIfAlive(pid, 'SIGKILL');
  await until(() => !isAlive(pid), `the end of server ${pid}`);
}

/** The process that has, or had last, a data folder; null where there was none. */
export function ownerOf(data: string): number | null {
  const file = join(data, 'owner');
  if (!existsSync(file)) return null;
  return Number(/\d+/.exec(readFileSync(file, 'utf8'))?.[0] ?? 0);
}
