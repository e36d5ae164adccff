import { chmodSync, existsSync, rmSync } from 'node:fs';
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { ErrandError } from '@errand/core';
import {
  createAdaptorServer,
  getRequestListener,
  type Http2Bindings,
  type HttpBindings,
  type ServerType,
} from '@hono/node-server';
import type { Hono } from 'hono';
import type { ServerConfig } from '../config.ts';
import { clientAddress } from './client-address.ts';
import type { Connection, Environment } from './parts.ts';
import { RequestBody } from './request-body.ts';
import { readTlsPair } from './tls-pair.ts';

/** A long poll holds its answer for up to ten minutes. */
const REQUEST_TIMEOUT_MS = 0;
const HEADERS_TIMEOUT_MS = 20_000;
const KEEP_ALIVE_MS = 65_000;

/** One place where the API can be reached. */
export interface Listener extends AsyncDisposable {
  /** `http://127.0.0.1:4040`, or the path of the socket. */
  readonly address: string;
  /** How many connections are open. */
  connections(): Promise<number>;
}

export interface ListenTcp {
  readonly tls: ServerConfig['tls'];
  readonly proxy: ProxyFront | null;
  /** A proxy in front says who asks. */
  readonly trustProxy: boolean;
}

/** What answers requests. */
export type App = Pick<Hono<Environment>, 'fetch'>;

/** Listens on TCP, with TLS where files are given. Throws `conflict` where the port is in use. */
export async function listenTcp(
  app: App,
  { host, port }: { readonly host: string; readonly port: number },
  { tls, proxy, trustProxy }: ListenTcp,
): Promise<Listener & { readonly port: number }> {
  const answer = getRequestListener((request, line) =>
    answerOf(app, request, { ...connectionOf(line), ...addressOf(line.incoming, trustProxy) }),
  );
  const server = inFront(proxy, answer, tls);
  await started(server, () => server.listen(port, host), `${host}:${port}`);
  const { port: given } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return { ...listener(server, `${tls === null ? 'http' : 'https'}://${name}:${given}`), port: given };
}

/** Answers requests for sessions before anything of the API sees them. */
export interface ProxyFront {
  takes(request: IncomingMessage): boolean;
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}

function inFront(
  proxy: ProxyFront | null,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  tls: ServerConfig['tls'],
): HttpServer {
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void (proxy?.takes(request) === true ? proxy.serve(request, response) : answer(request, response));
  const options = {
    // Other wishes for another protocol are answered as if they had not been uttered.
    shouldUpgradeCallback: (request: IncomingMessage): boolean =>
      request.headers.upgrade?.toLowerCase() === 'websocket' && proxy?.takes(request) === true,
  };
  const server =
    tls === null
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...readTlsPair(tls) }, listener);
  server.on('upgrade', (request, socket, head) => void proxy?.upgrade(request, socket, head));
  return server;
}

/** Listens on the socket of the data folder, which only its owner may open. */
export async function listenSocket(app: App, path: string): Promise<Listener> {
  if (existsSync(path)) {
    if (await answers(path)) throw new ErrandError('conflict', `another control plane serves ${path}`);
    rmSync(path);
  }
  const server = createAdaptorServer({
    fetch: (request, line) => answerOf(app, request, { ...connectionOf(line), local: true }),
  });
  await started(server, () => server.listen(path), path);
  chmodSync(path, 0o600);
  return listener(server, path);
}

interface Line extends Connection {
  readonly body: RequestBody;
}

async function answerOf(app: App, request: Request, line: Line): Promise<Response> {
  try {
    return await app.fetch(request, line);
  } finally {
    line.body.letGo();
  }
}

function connectionOf({ incoming, outgoing }: HttpBindings | Http2Bindings): Line {
  return { local: false, hangUp: () => outgoing.destroy(), body: new RequestBody(incoming) };
}

function addressOf(
  incoming: HttpBindings['incoming'] | Http2Bindings['incoming'],
  trustProxy: boolean,
): Pick<Connection, 'address'> {
  const address = clientAddress(incoming, trustProxy);
  return address === undefined ? {} : { address };
}

async function started(server: ServerType, listen: () => void, where: string): Promise<void> {
  const http = server as HttpServer;
  http.requestTimeout = REQUEST_TIMEOUT_MS;
  http.headersTimeout = HEADERS_TIMEOUT_MS;
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('listening', resolve);
  server.once('error', (cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'EADDRINUSE'
        ? 'is in use; choose another with --port'
        : `cannot be listened on: ${cause.message}`;
    reject(new ErrandError('conflict', `${where} ${why}`, { cause }));
  });
  listen();
  await promise;
}

function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

function listener(server: ServerType, address: string): Listener {
  return {
    address,
    connections: async () => {
      const { promise, resolve } = Promise.withResolvers<number>();
      server.getConnections((_error, count) => resolve(count));
      return await promise;
    },
    [Symbol.asyncDispose]: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      (server as HttpServer).closeIdleConnections();
      await promise;
    },
  };
}
