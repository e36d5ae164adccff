import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endChild } from '../plant/until-line.ts';
import type { Place } from '../workers/api.ts';

/**
 * A server in a process of its own that does nothing but answer: what it is late by is the machine's doing. As a program of its own, with
 * `--listen`, it is the service of a session and answers on PORT.
 */
export async function startIdleServer(): Promise<Place & AsyncDisposable> {
  const child = fork(import.meta.filename);
  const { promise, resolve } = Promise.withResolvers<number>();
  child.once('message', (port: number) => resolve(port));
  const port = await promise;
  return { url: `http://127.0.0.1:${port}`, key: 'none', [Symbol.asyncDispose]: () => endChild(child) };
}

if (process.argv[1] === import.meta.filename) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
  });
  const { PORT: port = '0' } = process.argv.includes('--listen') ? process.env : {};
  server.listen(Number(port), '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}
