import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import { serverEnvironment } from '../config.ts';
import { EXIT } from '../exit-status.ts';
import { ANOTHER, type DataFolder, whyNot } from './data-folder.ts';
import { fullDisk } from './full-disk.ts';

/** A cold machine may need seconds to read the program; after this something is wrong. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 10;
/** Where another server won the data folder, it answers within this or is stuck. */
const LOSER_MS = 5_000;

/**
 * Starts the server of a data folder in the background and resolves when one answers: this one, or that of somebody who was faster. `missed` is how the
 * caller noticed that none is there; it is the cause of the CliError where none can be started, which comes at once.
 */
export async function startServer(folder: DataFolder, missed: unknown): Promise<void> {
  const log = openLog(folder, missed);
  const main = process.argv[1] ?? '';
  const args = ['up', '--embedded', '--data', folder.path, '--socket', folder.socket];
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
    cwd: '/',
    detached: true,
    env: serverEnvironment(),
    stdio: ['ignore', log.file, log.file],
  });
  closeSync(log.file);
  child.unref();
  let patienceMs = PATIENCE_MS;
  const begun = performance.now();
  const ended = (leftMs: number): void => {
    patienceMs = Math.min(patienceMs, performance.now() - begun + leftMs);
  };
  child.on('error', () => ended(0));
  child.on('exit', (status) => ended(status === EXIT.folderTaken ? LOSER_MS : 0));
  while (!(await answers(folder.socket))) {
    if (performance.now() - begun > patienceMs) throw failed(folder, log, missed);
    await sleep(LOOK_AGAIN_MS);
  }
}

interface ServerLog {
  readonly path: string;
  readonly file: number;
  /** Where it ended before. */
  readonly from: number;
}

function openLog(folder: DataFolder, missed: unknown): ServerLog {
  const path = join(folder.path, 'server.log');
  try {
    const file = openSync(path, 'a', 0o600);
    return { path, file, from: fstatSync(file).size };
  } catch (error) {
    throw new CliError(`${path} ${whyNot(error)}; ${ANOTHER}`, { cause: missed });
  }
}

/** Does somebody listen on the socket? */
function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

function failed({ path }: DataFolder, log: ServerLog, cause: unknown): CliError {
  const last = readFileSync(log.path)
    .subarray(log.from)
    .toString()
    .trimEnd()
    .split('\n')
    .slice(-3)
    .join('\n');
  // On a full disk the log could not be written, either.
  const why =
    fullDisk(path) ?? `the server of this data folder did not start; ${log.path} ends with:\n${last}`;
  return new CliError(why, { cause });
}
