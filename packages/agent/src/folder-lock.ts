import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { errorCode } from './keeper/error-code.ts';

/**
 * Makes sure that one agent at a time serves a data folder. The lock is a name among Linux's abstract sockets, which the system frees however
 * the process ends; elsewhere a socket in a private folder, which counts as free when nobody answers on it. The name is that of the folder itself: by its
 * path, containers on the network of their host would keep each other away from folders that only look the same.
 */
export async function lockFolder(
  folder: string,
  platform: string = process.platform,
): Promise<AsyncDisposable> {
  const { dev, ino } = statSync(folder, { bigint: true });
  const hash = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  const taken = new Error(`another agent serves ${folder}; give this one a folder of its own`);
  if (!(await listens(server, nameOf(hash, platform)))) throw taken;
  server.unref();
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/** An abstract name begins with a zero byte. */
function nameOf(hash: string, platform: string): string {
  if (platform === 'linux') return `\0errand-agent-${hash}`;
  const folder = join('/tmp', `errand-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `agent-${hash.slice(0, 16)}`);
}

async function listens(server: Server, name: string): Promise<boolean> {
  if (await tried(server, name)) return true;
  if (name.startsWith('\0') || (await answers(name))) return false;
  rmSync(name, { force: true });
  return await tried(server, name);
}

/** False: the name is in use. */
function tried(server: Server, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      if (errorCode(error) === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    server.once('error', failed);
    server.listen(name, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

function answers(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
