import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AttemptName } from '@errand/contract';
import { KeeperClient } from '../keeper/client.ts';
import { errorCode } from '../keeper/error-code.ts';
import { openKeeper } from '../keeper/open.ts';
import type { Keeper, Keepers } from '../ports.ts';
import { endOrphans } from './orphans.ts';
import { Places } from './places.ts';

export interface LocalKeepersOptions {
  readonly binary: string;
  /** Where sockets lie: a short path. Made if it is missing; must belong to this user alone. */
  readonly sockets: string;
  /** The agent's data folder: each has a keeper of its own. */
  readonly data: string;
}

/** Longer paths cannot be bound: with the final zero 108 bytes on Linux, 104 on macOS. */
const SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/** A keeper takes 64 clients (client.c) and hangs up on more; others than this agent may be among them. */
const MOST_OPEN = 32;

/** The keepers of this machine, as processes behind Unix sockets. */
export class LocalKeepers implements Keepers {
  readonly own: string;
  readonly #binary: string;
  readonly #places = new Places(MOST_OPEN);

  constructor({ binary, sockets, data }: LocalKeepersOptions) {
    this.#binary = binary;
    this.own = join(privateFolder(sockets), `keeper-${keeperName(data, binary)}`);
    if (Buffer.byteLength(this.own) > SOCKET_PATH_BYTES) {
      throw new Error(`the folder for sockets ${sockets} has too long a path; name a shorter one`);
    }
  }

  /** The socket of the keeper that a session of this agent has to itself. */
  sessionSocket(sessionId: string): string {
    const name = createHash('sha256')
      .update(this.own)
      .update('\0')
      .update(sessionId)
      .digest('hex')
      .slice(0, 16);
    return join(dirname(this.own), `session-${name}`);
  }

  async connect(socket: string): Promise<Keeper | null> {
    try {
      return await KeeperClient.connect(socket);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ECONNREFUSED') return null;
      throw error;
    }
  }

  /** Commands get nothing of the keeper's own environment and folder, so it has none. Waits while too many connections are open. */
  async open(): Promise<Keeper> {
    const leave = await this.#places.take();
    try {
      const keeper = await openKeeper({ binary: this.#binary, socket: this.own, cwd: '/', env: {} });
      void keeper.closed.then(leave);
      return keeper;
    } catch (error) {
      leave();
      throw error;
    }
  }

  endOrphans(attempt: AttemptName): Promise<number> {
    return endOrphans(attempt);
  }
}

/** Another build is another keeper: the one of an older agent goes on with its commands on its own socket. */
function keeperName(data: string, binary: string): string {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const hash = createHash('sha256').update(realpathSync(data)).update('\0').update(readFileSync(binary));
  return hash.digest('hex').slice(0, 16);
}

/** The folder may lie in one that everybody can write to, so it is looked at before it is trusted. */
function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const ours = found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0;
  if (!ours)
    throw new Error(`the folder for sockets ${path} must be a folder of this user alone (mode 0700)`);
  return path;
}
