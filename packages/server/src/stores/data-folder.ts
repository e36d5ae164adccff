import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ErrandError } from '@errand/core';
import { makePrivateFile } from './private-file.ts';

/** Raised when a folder of this layout could no longer be read by an older version. */
const LAYOUT = 1;

/** A data folder with this process as its one owner, until it is disposed or the process ends in any way. */
export interface DataFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Opens a data folder, making it if it is new. Throws an ErrandError that says what is in the way: `conflict` where another control plane
 * owns it, `invalid` for a file, a folder that cannot be written, one of a newer version, or a path that is too long. `startedAt` (ms since
 * 1970) is told to those who find the folder taken.
 */
export async function openDataFolder(path: string, startedAt: number): Promise<DataFolder> {
  checkLength(path);
  makeFolder(path);
  const lock = takeLock(path);
  try {
    checkLayout(path);
    const since = new Date(startedAt).toISOString();
    writeFileSync(join(path, 'owner'), `process ${process.pid}, since ${since}\n`, { mode: 0o600 });
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      lock.close();
    },
  };
}

/** SQLite takes no file name beyond 511 bytes, endings such as `-journal` included, and resolves links that would shorten it. */
const LONGEST = 490;

function checkLength(path: string): void {
  const length = Buffer.byteLength(path);
  if (length <= LONGEST) return;
  const what = `the path of the data folder has ${length} bytes, and the database takes at most ${LONGEST}`;
  throw new ErrandError('invalid', `${what}; name a folder that lies less deep with --data or ERRAND_DATA`);
}

function makeFolder(path: string): void {
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw new ErrandError(
      'invalid',
      `the data folder ${path} is a file; name a folder with --data or ERRAND_DATA`,
    );
  }
  try {
    if (!existsSync(path)) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      chmodSync(path, 0o700);
    }
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ErrandError(
      'invalid',
      `the data folder ${path} cannot be written (${why}); name another with --data`,
      { cause },
    );
  }
}

/** An exclusive transaction on a small database is a lock that the system frees however the process ends, also with `kill -9`. */
function takeLock(path: string): DatabaseSync {
  let lock: DatabaseSync | null = null;
  try {
    makePrivateFile(join(path, 'lock'));
    lock = new DatabaseSync(join(path, 'lock'), { timeout: 0 });
    lock.exec('pragma journal_mode = memory; begin exclusive');
    return lock;
  } catch (cause) {
    lock?.close();
    if (!isLocked(cause))
      throw new ErrandError('invalid', `the data folder ${path} cannot be locked; name another with --data`, {
        cause,
      });
    throw new ErrandError('conflict', `another errand (${ownerOf(path)}) uses the data folder ${path}`, {
      cause,
    });
  }
}

/** SQLITE_BUSY */
const BUSY = 5;

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === BUSY;
}

function ownerOf(path: string): string {
  const file = join(path, 'owner');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : 'a process that is just starting';
}

function checkLayout(path: string): void {
  const file = join(path, 'layout');
  if (!existsSync(file)) return writeFileSync(file, `${LAYOUT}\n`, { mode: 0o600 });
  const layout = Number(readFileSync(file, 'utf8'));
  if (layout > LAYOUT) {
    const what = `the data folder ${path} was written by a newer errand (layout ${layout}, this one knows ${LAYOUT})`;
    throw new ErrandError('invalid', `${what}; use that version, or another folder`);
  }
}
