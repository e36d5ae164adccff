import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { errorCode } from './keeper/error-code.ts';

/**
 * Makes sure that one agent at a time serves a data folder. The lock is a name among Linux's abstract sockets, which the system frees however
 * the process ends; elsewhere there is none.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const hash = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  if (process.platform === 'linux') await listen(server, `\0errand-agent-${hash}`, folder);
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function listen(server: Server, name: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = errorCode(error) === 'EADDRINUSE';
      reject(taken ? new Error(`another agent serves ${folder}; give this one a folder of its own`) : error);
    });
    server.listen(name, () => {
      server.unref();
      resolve();
    });
  });
}
