import { accessSync, constants, lstatSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../config.ts';
import { causeOf } from './cause.ts';
import { makeFolders } from './make-folders.ts';

/** A data folder and the socket on which its server is reached. */
export interface DataFolder {
  readonly path: string;
  readonly socket: string;
}

/** Makes the folders that are missing. The socket is not in the data folder: its path must be short, whatever that of the data folder is. */
export function openDataFolder(path: string, environment: Environment): DataFolder {
  const real = realFolder(path);
  return { path: real, socket: join(socketFolder(environment), `${nameOf(real)}.sock`) };
}

function realFolder(path: string): string {
  try {
    makeFolders(path);
    accessSync(path, constants.W_OK | constants.X_OK);
    return realpathSync(path);
  } catch (cause) {
    throw new CliError(`the data folder ${path} ${whyNot(cause)}; ${ANOTHER}`, { cause });
  }
}

/** What is to be changed where a data folder is of no use. */
export const ANOTHER = 'name another with --data or ERRAND_DATA';

/** Why a folder cannot be used, to be put behind its name. */
export function whyNot(error: unknown): string {
  const code = causeOf(error);
  const why = WHY[code];
  return `cannot be used (${code === '' ? String(error) : code})${why === undefined ? '' : `: ${why}`}`;
}

const WHY: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file, no folder',
  ENOTDIR: 'what is to hold it is a file',
  ENOENT: 'no folder can be made there',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its file system is full',
  EDQUOT: 'this user’s share of its file system is used up',
};

/** A folder that nobody else can write to: whoever can open the socket is an admin. */
function socketFolder({ runtimeDir }: Environment): string {
  const { uid } = userInfo();
  const folder = runtimeDir === undefined ? join(tmpdir(), `errand-${uid}`) : join(runtimeDir, 'errand');
  try {
    makeFolders(folder);
  } catch (cause) {
    const advice = `set ${runtimeDir === undefined ? 'TMPDIR' : 'XDG_RUNTIME_DIR'} to a folder of this user`;
    throw new CliError(`the folder for sockets, ${folder}, ${whyNot(cause)}; ${advice}`, { cause });
  }
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0)
    throw new CliError(
      `${folder} must be a folder of this user alone (mode 0700); remove it or set XDG_RUNTIME_DIR`,
    );
  return folder;
}

const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** FNV-1a with 64 bits. Nobody attacks the names in one's own folder, and loading node:crypto would take 10 ms. */
function nameOf(path: string): string {
  let hash = OFFSET_BASIS;
  for (const byte of Buffer.from(path)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, '0');
}
