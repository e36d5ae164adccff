import { pino } from 'pino';
import { createServices, type OwnAgentSlot } from '../src/create-services.ts';
import { createApp } from '../src/http/app.ts';
import { createMetrics } from '../src/http/metrics.ts';
import type { Services } from '../src/services.ts';
import { MemoryLogStore } from '../src/stores/memory/memory-log-store.ts';
import { openSqliteStore } from '../src/stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../src/system/local-notifier.ts';
import { randomIds } from '../src/system/random-ids.ts';
import { systemClock } from '../src/system/system-clock.ts';
import { createKey, type KeyWish } from '../src/use-cases/keys/create-key.ts';

export interface Ask {
  readonly key?: string | undefined;
  /** Sent as JSON; text and bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly local?: boolean;
}

/** A whole control plane behind its real router, on SQLite in memory, without an agent. */
export interface TestPlane extends AsyncDisposable {
  readonly services: Services;
  /** Secret of an admin key. */
  readonly admin: string;
  key(wish: Partial<KeyWish>): Promise<string>;
  ask(method: string, path: string, ask?: Ask): Promise<Response>;
}

export async function openPlane(): Promise<TestPlane> {
  const store = await openSqliteStore({ database: ':memory:' });
  const own: OwnAgentSlot = { id: null, agent: null };
  const services = createServices({
    version: '0.0.0-test',
    store,
    logs: new MemoryLogStore(),
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) },
    ids: randomIds,
    notifier: new LocalNotifier(),
    sealer: { seal: (plain) => `sealed:${plain.length}`, unseal: () => '' },
    sockets: '/nowhere',
    own,
    stays: false,
    shutDown: () => undefined,
  });
  const now = Date.now();
  await store.agents.ensurePool({ name: 'local', createdAt: now, lostAfterMs: 300_000, adminOnly: true });
  await store.agents.ensurePool({ name: 'lab', createdAt: now, lostAfterMs: 300_000, adminOnly: false });
  const draining = new AbortController();
  const app = createApp({
    services,
    guards: { hosts: ['errand.example'], loopback: true },
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    draining: draining.signal,
    ready: () => store.ping(),
  });
  const key = async (wish: Partial<KeyWish>): Promise<string> => {
    const whole = { name: 'test', role: 'member', owner: 'acme', expiresInMs: null, ...wish } as const;
    return (await createKey(services.keyMaking, whole)).secret;
  };
  return {
    services,
    admin: await key({ role: 'admin', owner: 'local' }),
    key,
    ask: async (method, path, { key: secret, body, headers = {}, local = false } = {}) => {
      const all = new Headers({ host: 'localhost:4040', ...headers });
      if (secret !== undefined) all.set('authorization', `Bearer ${secret}`);
      const sent = body === undefined ? {} : { body: encoded(body) };
      const request = new Request(`http://localhost:4040${path}`, { method, headers: all, ...sent });
      return await app.fetch(request, { local });
    },
    async [Symbol.asyncDispose]() {
      draining.abort();
      await store[Symbol.asyncDispose]();
    },
  };
}

function encoded(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}
