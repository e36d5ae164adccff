import { Agent, type IncomingMessage, request as openRequest } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Provider, SessionRecord, Store } from '@errand/core';
import { fakeProvider } from '@errand/core/testing';
import { pino } from 'pino';
import { createCompat } from '../src/compat/compat.ts';
import { createServices } from '../src/create-services.ts';
import { createApp } from '../src/http/app.ts';
import { listenTcp } from '../src/http/listen.ts';
import { createMetrics } from '../src/http/metrics.ts';
import type { SessionPlace } from '../src/proxy/session-place.ts';
import { SessionProxy } from '../src/proxy/session-proxy.ts';
import { SessionReconciler } from '../src/reconciler/sessions/session-reconciler.ts';
import type { Services } from '../src/services.ts';
import { MemoryLogStore } from '../src/stores/memory/memory-log-store.ts';
import { openSqliteStore } from '../src/stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../src/system/local-notifier.ts';
import { randomIds } from '../src/system/random-ids.ts';
import { systemClock } from '../src/system/system-clock.ts';
import { LOCAL_ACTOR } from '../src/use-cases/actor.ts';
import { createKey, type KeyWish } from '../src/use-cases/keys/create-key.ts';
import { awaitSession } from '../src/use-cases/sessions/see-session.ts';
import { noTemplates } from '../src/use-cases/sessions/session-templates.ts';
import { openSessionApp, type SessionApp } from './session-app.ts';

export interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly text: string;
}

/** A control plane that listens on a real port, a reconciler, and sessions whose ports are those of a real web server. */
export interface ProxyWorld extends AsyncDisposable {
  readonly app: SessionApp;
  readonly services: Services;
  readonly port: number;
  readonly admin: string;
  key(wish?: Partial<KeyWish>): Promise<string>;
  /** A session of the key that is ready, with the ports 80 and 8080. */
  session(key: string, body?: object): Promise<SessionRecord>;
  get(id: string): Promise<SessionRecord>;
  ask(path: string, asked?: Asked): Promise<Answered>;
  /** The API, answered with 2xx. */
  api<Body = Record<string, never>>(method: string, path: string, key: string, body?: object): Promise<Body>;
  /** These very bytes on a connection of their own, and all that comes back until it ends or `until` is there. */
  raw(bytes: string, until?: RegExp): Promise<string>;
  /** A socket after the handshake; rejects with the status where there was none. */
  socket(host: string, headers?: Readonly<Record<string, string>>, path?: string): Promise<Duplex>;
  /** Ends the control plane, and starts another one on the same store. */
  restart(): Promise<void>;
  /** The control plane’s clock is so much later from now on. */
  later(ms: number): void;
}

export async function openProxyWorld(
  domain = 'localhost',
  change: (provider: Provider) => Provider = (provider) => provider,
  trustProxy = false,
): Promise<ProxyWorld> {
  const app = await openSessionApp();
  const store = await openSqliteStore({ database: ':memory:' });
  const fake = fakeProvider({
    clock: systemClock,
    address: (port) => ({ host: port === 9_999 ? null : '127.0.0.1', outerPort: port === 1 ? 1 : app.port }),
  });
  const provider = change(fake);
  let passedMs = 0;
  const now = (): number => systemClock.now() + passedMs;
  let plane = await start({ store, provider, domain, now, trustProxy, port: 0 });
  const { port } = plane;
  const key = async (wish: Partial<KeyWish> = {}): Promise<string> => {
    const whole = { name: 'test', role: 'member', owner: 'acme/user-1', expiresInMs: null, ...wish } as const;
    return (await createKey(plane.services.keyMaking, whole)).secret;
  };
  const ask = (path: string, asked: Asked = {}): Promise<Answered> => askHttp(port, path, asked);
  const api = async <Body>(method: string, path: string, secret: string, body?: object): Promise<Body> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await ask(path, { method, key: secret, ...sent });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text === '' ? undefined : JSON.parse(answer.text)) as Body;
  };
  return {
    app,
    port,
    get services() {
      return plane.services;
    },
    admin: await key({ role: 'admin', owner: 'local' }),
    key,
    session: async (secret, body = {}) => {
      const made = await api<{ id: string }>('POST', '/v1/sessions', secret, { ports: [80, 8_080], ...body });
      const waiting = { waitMs: 20_000, signal: new AbortController().signal };
      return await awaitSession(plane.services.sessions, { actor: LOCAL_ACTOR, word: made.id }, waiting);
    },
    get: async (id) => {
      const session = await store.sessions.get(id);
      if (session === null) throw new Error(`there is no ${id}`);
      return session;
    },
    ask,
    api,
    raw: (bytes, until) => askRaw(port, bytes, until),
    socket: (host, headers = {}, path = '/socket') => openSocket(port, { host, headers, path }),
    restart: async () => {
      await plane.stop();
      plane = await start({ store, provider, domain, now, trustProxy, port });
    },
    later: (ms) => void (passedMs += ms),
    async [Symbol.asyncDispose]() {
      await plane.stop();
      await store[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
    },
  };
}

interface Plane {
  readonly services: Services;
  readonly port: number;
  stop(): Promise<void>;
}

interface PlaneParts {
  readonly store: Store;
  readonly provider: Provider;
  readonly domain: string;
  readonly now: () => number;
  readonly trustProxy: boolean;
  readonly port: number;
}

async function start({ store, provider, domain, now, trustProxy, port }: PlaneParts): Promise<Plane> {
  const log = pino({ level: 'silent' });
  const sessionPlace: SessionPlace = { secure: false, suffix: domain, port: null };
  const services = createServices({
    version: '0.0.0-test',
    store,
    logs: new MemoryLogStore(),
    clock: { ...systemClock, now, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) },
    ids: randomIds,
    notifier: new LocalNotifier(),
    sealer: { seal: (plain) => plain, unseal: (sealed) => sealed, sign: String },
    making: {
      providers: () => new Map([['fake', provider]]),
      templates: noTemplates,
      quotas: { perOwner: 1_000, perTeam: 1_000, uploadBytes: 1_000_000 },
      random: Math.random,
    },
    sessionPlace,
    sockets: '/nowhere',
    own: { id: null, agent: null },
    stays: true,
    shutDown: () => undefined,
  });
  const draining = new AbortController();
  const guards = { hosts: ['errand.example'], loopback: true };
  const app = createApp({
    services,
    compat: createCompat({
      config: {},
      services,
      sealer: { seal: String, unseal: String, sign: String },
      log,
    }),
    guards,
    log,
    metrics: createMetrics(),
    agentFiles: null,
    page: null,
    draining: draining.signal,
    ready: () => store.ping(),
  });
  const proxy = new SessionProxy({
    services,
    place: sessionPlace,
    guards,
    trustProxy,
    log,
    draining: draining.signal,
  });
  const listener = await listenTcp(app, { host: '127.0.0.1', port }, { tls: null, proxy, trustProxy });
  sessionPlace.port = listener.port;
  const reconciler = new SessionReconciler({
    ...services.sessions,
    tag: await services.sessions.tag(),
    probe: async () => ({ kind: 'ok' }),
  });
  const reconciling = reconciler.run(draining.signal, () => undefined);
  return {
    services,
    port: listener.port,
    stop: async () => {
      draining.abort();
      await listener[Symbol.asyncDispose]();
      await reconciling;
    },
  };
}

async function askHttp(port: number, path: string, asked: Asked): Promise<Answered> {
  const { method = 'GET', host = `localhost:${port}`, key, headers = {}, body } = asked;
  const all = { host, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers };
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const agent = new Agent();
  const request = openRequest({ host: '127.0.0.1', port, path, method, headers: all, agent }, (answer) => {
    const pieces: Buffer[] = [];
    answer.on('data', (piece: Buffer) => pieces.push(piece));
    answer.on('error', reject);
    answer.on('end', () => {
      const whole = Buffer.concat(pieces);
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: whole,
        text: whole.toString(),
      });
    });
  });
  request.on('error', reject);
  request.end(body);
  return await promise.finally(() => agent.destroy());
}

async function askRaw(port: number, bytes: string, until?: RegExp): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
  socket.on('data', (piece) => {
    text += piece.toString('latin1');
    if (until?.test(text) === true) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(text));
  return await promise;
}

async function openSocket(
  port: number,
  { host, headers, path }: { host: string; headers: Readonly<Record<string, string>>; path: string },
): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.from('0123456789abcdef').toString('base64'),
  };
  const all = { host, ...handshake, ...headers };
  const request = openRequest({ host: '127.0.0.1', port, path, headers: all, agent: false });
  request.on('error', reject);
  request.on('response', (answer) => {
    answer.resume();
    reject(new Error(`refused with ${answer.statusCode}`));
  });
  request.on('upgrade', (_answer, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    resolve(socket);
  });
  request.end();
  return await promise;
}
