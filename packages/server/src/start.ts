import { type Logger, pino } from 'pino';
import { type ControlPlane, compose } from './compose.ts';
import type { ServerConfig } from './config.ts';
import { greet, type ShowKey, type StartGreeting } from './first-key.ts';
import { createApp } from './http/app.ts';
import { type App, type Listener, listenSocket, listenTcp } from './http/listen.ts';
import { createMetrics } from './http/metrics.ts';
import { Page } from './http/page/page.ts';
import type { StartOwnAgent } from './own-agent.ts';
import { pageAddress } from './page-address.ts';
import { SessionProxy } from './proxy/session-proxy.ts';

/** How long answers under way may take once the control plane drains. */
const DRAIN_MS = 5_000;
const IDLE_LOOK_MS = 1_000;

export interface StartOptions {
  readonly config: ServerConfig;
  readonly version: string;
  readonly startOwnAgent: StartOwnAgent | null;
  /** The keeper's builds for Linux by the processor, in Node's words; undefined: there is none. */
  readonly keepers: (arch: string) => string | undefined;
  /** The folder with the files that make other machines agents; without it none are offered. */
  readonly agentFolder?: () => Promise<string>;
  /** Folder of the built page; null: none is served. */
  readonly page: string | null;
  /** Called on the first start that listens, before anything is answered. */
  readonly showKey: ShowKey;
}

/** A control plane that answers. */
export interface RunningServer {
  /** Where it is reached over TCP; null in the embedded shape. */
  readonly url: string | null;
  /** Where people open the page. */
  readonly page: string | null;
  /** null in the embedded shape: nobody is there to read it. */
  readonly greeting: StartGreeting | null;
  /** Stops taking requests, lets answers under way end, closes everything. Commands go on. Repeatable. */
  drain(): Promise<void>;
  /** Resolves when it has ended, by `drain` or by itself. */
  readonly ended: Promise<void>;
}

/** Starts a control plane; resolves when it answers. Throws an ErrandError that says what is in the way. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config } = options;
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const draining = new AbortController();
  const ended = Promise.withResolvers<void>();
  let server: RunningServer | null = null;
  const plane = await compose({ ...options, log, shutDown: () => void server?.drain() });
  const greeted = Promise.withResolvers<void>();
  const door = { log, draining: draining.signal, opens: greeted.promise };
  const listeners = await listen(options, plane, door).catch(async (error: unknown) => {
    await plane[Symbol.asyncDispose]();
    throw error;
  });
  const greeting = config.listen === null ? null : await greet(plane.services, options.showKey);
  greeted.resolve();
  await plane.compat.start();
  const background = runBackground(plane, draining.signal, log);
  await plane.startOwnAgent();
  const close = once(async () => {
    draining.abort();
    await Promise.race([disposeAll(listeners), plane.services.clock.sleep(DRAIN_MS)]);
    await background;
    await plane[Symbol.asyncDispose]();
    ended.resolve();
  });
  server = {
    url: listeners.url,
    page: pageOf(config, listeners.url),
    greeting,
    drain: close,
    ended: ended.promise,
  };
  if (config.idleExitMs !== null)
    void exitWhenIdle(plane, listeners, config.idleExitMs, draining.signal).then(close);
  return server;
}

interface Door {
  readonly log: Logger;
  readonly draining: AbortSignal;
  /** Requests that come before wait for it: a key that somebody has read is good. */
  readonly opens: Promise<void>;
}

interface Listeners {
  readonly url: string | null;
  readonly all: readonly Listener[];
}

async function listen(
  { config, version, agentFolder, page: pageFolder }: StartOptions,
  { services, compat }: ControlPlane,
  { log, draining, opens }: Door,
): Promise<Listeners> {
  const loopback = config.listen === null || isLoopback(config.listen.host);
  const guards = { hosts: config.hosts, loopback };
  const ready = async (): Promise<void> => {
    if (draining.aborted) throw new Error('draining');
    await services.store.ping();
  };
  const page = pageFolder === null ? null : new Page(pageFolder);
  const scheme: 'http' | 'https' = config.tls !== null || config.trustProxy ? 'https' : 'http';
  const agentFiles =
    agentFolder === undefined ? null : { folder: agentFolder, executables: config.agentExecutables, scheme };
  const metrics = createMetrics();
  const parts = { services, compat, guards, log, metrics, agentFiles, page, draining, ready };
  const app = opensAfter(opens, createApp(parts));
  const socket = await listenSocket(app, config.socket);
  if (config.listen === null) return { url: null, all: [socket] };
  try {
    const { place } = services.sessions;
    const { trustProxy } = config;
    const proxy =
      place === null ? null : new SessionProxy({ services, place, guards, trustProxy, log, draining });
    const tcp = await listenTcp(app, config.listen, {
      tls: config.tls,
      proxy,
      trustProxy,
    });
    if (place !== null && !trustProxy) place.port ??= tcp.port;
    log.info({ version, url: tcp.address }, 'listening');
    return { url: tcp.address, all: [socket, tcp] };
  } catch (error) {
    await socket[Symbol.asyncDispose]();
    throw error;
  }
}

function opensAfter(opens: Promise<void>, app: App): App {
  const door = { isOpen: false };
  void opens.finally(() => {
    door.isOpen = true;
  });
  const { fetch } = app;
  return {
    fetch: (request, line) => (door.isOpen ? fetch(request, line) : opens.then(() => fetch(request, line))),
  };
}

function pageOf(config: ServerConfig, url: string | null): string | null {
  if (url === null || config.listen === null) return url;
  return pageAddress(config, { url, isLoopback: isLoopback(config.listen.host) });
}

function isLoopback(host: string): boolean {
  return /^(127\.|::1$|localhost$)/.test(host);
}

async function runBackground(
  { reconciler, retention, sessionReconciler, sessionSweep, jobReconciler, poolLauncher }: ControlPlane,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  const failed = (part: string) => (error: unknown) => log.error({ err: error, part }, 'will be tried again');
  await Promise.all([
    reconciler.run(signal, failed('reconciler')),
    retention.run(signal, failed('retention')),
    sessionReconciler.run(signal, failed('sessions')),
    sessionSweep.run(signal, failed('session sweep')),
    jobReconciler.run(signal, failed('jobs')),
    poolLauncher.run(signal, failed('pools on demand')),
  ]);
}

async function disposeAll({ all }: Listeners): Promise<void> {
  await Promise.all(all.map((listener) => listener[Symbol.asyncDispose]()));
}

/** Resolves once there has been neither an open run nor a client for `idleMs`. */
async function exitWhenIdle(
  plane: ControlPlane,
  { all }: Listeners,
  idleMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = plane.services;
  let busyAt = clock.steady();
  while (!signal.aborted && clock.steady() - busyAt < idleMs) {
    await clock.sleep(IDLE_LOOK_MS, signal);
    const connections = await Promise.all(all.map((listener) => listener.connections()));
    const busy = connections.some((count) => count > 0) || (await plane.openRuns()) > 0;
    if (busy) busyAt = clock.steady();
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= action();
    return done;
  };
}
