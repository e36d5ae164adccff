import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../config.ts';

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
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return realpathSync(path);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const hint = 'name another with --data or ERRAND_DATA';
    throw new CliError(`the data folder ${path} cannot be used (${why}); ${hint}`, { cause });
  }
}

/** A folder that nobody else can write to: whoever can open the socket is an admin. */
function socketFolder({ runtimeDir }: Environment): string {
  const { uid } = userInfo();
  const folder = runtimeDir === undefined ? join(tmpdir(), `errand-${uid}`) : join(runtimeDir, 'errand');
  try {
    mkdirSync(folder, { recursive: runtimeDir !== undefined, mode: 0o700 });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'))
      throw new CliError(`the folder ${folder} for sockets cannot be made`, { cause });
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
