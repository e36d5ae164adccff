import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import { serverEnvironment } from '../config.ts';
import type { DataFolder } from './data-folder.ts';

/** A cold machine may need seconds to read the program; after this something is wrong. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 10;
/** Where another server won the data folder, it answers within this or is stuck. */
const LOSER_MS = 5_000;

/** Starts the server of a data folder in the background and resolves when one answers: this one, or that of somebody who was faster. */
export async function startServer(folder: DataFolder): Promise<void> {
  const logFile = join(folder.path, 'server.log');
  const log = openSync(logFile, 'a', 0o600);
  const main = process.argv[1] ?? '';
  const args = ['up', '--embedded', '--data', folder.path, '--socket', folder.socket];
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
    cwd: '/',
    detached: true,
    env: serverEnvironment(),
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  let endedAt: number | null = null;
  child.on('error', () => {
    endedAt = 0;
  });
  child.on('exit', () => {
    endedAt ??= performance.now();
  });
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await answers(folder.socket))) {
    const late = endedAt !== null && performance.now() - endedAt > LOSER_MS;
    if (late || performance.now() > deadline) throw failed(logFile);
    await sleep(LOOK_AGAIN_MS);
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

function failed(logFile: string): CliError {
  const last = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-3).join('\n');
  return new CliError(`the server of this data folder did not start; ${logFile} ends with:\n${last}`);
}
