import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import { ErrandError, type FileStat } from '@errand/core';
import type Docker from 'dockerode';
import { statusOf } from './engine-error.ts';
import { fileError } from './file-error.ts';

/** As many links one after the other as Linux follows. */
const LINKS = 40;

/** What is at a path of a container, links followed; `path` is then where they lead. null: nothing. */
export async function statAt(container: Docker.Container, path: string): Promise<FileStat | null> {
  let at = path;
  for (let links = 0; links < LINKS; links += 1) {
    const seen = await lookAt(container, at);
    if (seen === null || (seen.mode & SYMLINK) === 0) return seen === null ? null : present(seen, at);
    at = posix.resolve(posix.dirname(at), seen.linkTarget);
  }
  throw new ErrandError('invalid', `${path} goes through too many links`);
}

/** What is at a path of a container, a link as such. null: nothing. */
export async function entryAt(container: Docker.Container, path: string): Promise<FileStat | null> {
  const seen = await lookAt(container, path);
  return seen === null ? null : present(seen, path);
}

/** Of the header of a HEAD; `mode` as Go's os.FileMode has it. */
interface PathStat {
  readonly size: number;
  readonly mode: number;
  readonly mtime: string;
  readonly linkTarget: string;
}

const FOLDER = 2 ** 31;
const SYMLINK = 1 << 27;
const [SETUID, SETGID, STICKY] = [1 << 23, 1 << 22, 1 << 20];
/** Devices, pipes, sockets and what Go does not know. */
const OTHER = (1 << 26) | (1 << 25) | (1 << 24) | (1 << 21) | (1 << 19);

async function lookAt(container: Docker.Container, path: string): Promise<PathStat | null> {
  try {
    const answer = (await container.infoArchive({ path })) as unknown as IncomingMessage;
    answer.resume();
    const text = Buffer.from(String(answer.headers['x-docker-container-path-stat']), 'base64').toString();
    return JSON.parse(text) as PathStat;
  } catch (error) {
    // A HEAD says no more than that: the container was looked at a moment before.
    if (statusOf(error) === 404 || (await isBelowFile(container, path))) return null;
    throw fileError(error, path);
  }
}

/** Below a file there is nothing; the engine calls the question a failure of its own. */
async function isBelowFile(container: Docker.Container, path: string): Promise<boolean> {
  if (posix.dirname(path) === '/') return false;
  const above = await statAt(container, posix.dirname(path));
  return above !== null && above.kind !== 'folder';
}

function present({ size, mode, mtime }: PathStat, path: string): FileStat {
  const kind = kindOf(mode);
  const special = (mode & SETUID ? 0o4000 : 0) | (mode & SETGID ? 0o2000 : 0) | (mode & STICKY ? 0o1000 : 0);
  const bytes = kind === 'file' ? size : 0;
  return { path, kind, bytes, mode: (mode & 0o777) | special, modifiedAt: Date.parse(mtime) };
}

function kindOf(mode: number): FileStat['kind'] {
  if (mode >= FOLDER) return 'folder';
  if ((mode & SYMLINK) !== 0) return 'link';
  return (mode & OTHER) === 0 ? 'file' : 'other';
}
