import { createHash } from 'node:crypto';
import { newPool } from '@errand/core';
import { fakeProvider } from '@errand/core/testing';
import { pino } from 'pino';
import { createCompat } from '../src/compat/compat.ts';
import type { CompatConfig } from '../src/compat/compat-config.ts';
import { createServices, type OwnAgentSlot } from '../src/create-services.ts';
import { createApp } from '../src/http/app.ts';
import { createMetrics } from '../src/http/metrics.ts';
import type { Page } from '../src/http/page/page.ts';
import type { Sealer } from '../src/secrets.ts';
import type { Services } from '../src/services.ts';
import { MemoryLogStore } from '../src/stores/memory/memory-log-store.ts';
import { openSqliteStore } from '../src/stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../src/system/local-notifier.ts';
import { randomIds } from '../src/system/random-ids.ts';
import { systemClock } from '../src/system/system-clock.ts';
import { createKey, type KeyWish } from '../src/use-cases/keys/create-key.ts';
import { noTemplates } from '../src/use-cases/sessions/session-templates.ts';

export interface Ask {
  readonly key?: string | undefined;
  /** Sent as JSON; text and bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly local?: boolean;
  /** Where it comes from. */
  readonly address?: string;
  /** Called where the server breaks the line off. */
  readonly hangUp?: () => void;
}

/** A whole control plane behind its real router, on SQLite in memory, without an agent. */
export interface TestPlane extends AsyncDisposable {
  readonly services: Services;
  /** Secret of an admin key. */
  readonly admin: string;
  key(wish: Partial<KeyWish>): Promise<string>;
  ask(method: string, path: string, ask?: Ask): Promise<Response>;
}

export async function openPlane(compat: CompatConfig = {}, page: Page | null = null): Promise<TestPlane> {
  const store = await openSqliteStore({ database: ':memory:' });
  const log = pino({ level: 'silent' });
  const own: OwnAgentSlot = { id: null, agent: null };
  const services = createServices({
    version: '0.0.0-test',
    store,
    logs: new MemoryLogStore(),
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) },
    ids: randomIds,
    notifier: new LocalNotifier(),
    sealer,
    making: {
      providers: () => new Map([['fake', fakeProvider({ clock: systemClock, deletesVolumes: false })]]),
      templates: noTemplates,
      quotas: { perOwner: 2, perTeam: 1_000, uploadBytes: 1_000_000 },
      random: Math.random,
    },
    sockets: '/nowhere',
    own,
    stays: false,
    shutDown: () => undefined,
  });
  const now = Date.now();
  await store.agents.ensurePool(newPool({ name: 'local', createdAt: now, adminOnly: true }));
  await store.agents.ensurePool(newPool({ name: 'lab', createdAt: now, adminOnly: false }));
  const draining = new AbortController();
  const app = createApp({
    services,
    compat: createCompat({ config: compat, services, sealer, log }),
    guards: { hosts: ['errand.example'], loopback: true },
    log,
    metrics: createMetrics(),
    agentFiles: null,
    page,
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
    ask: async (method, path, { key: secret, body, headers = {}, local = false, ...from } = {}) => {
      const all = new Headers({ host: 'localhost:4040', ...headers });
      if (secret !== undefined) all.set('authorization', `Bearer ${secret}`);
      const sent = body === undefined ? {} : { body: encoded(body) };
      const request = new Request(`http://localhost:4040${path}`, { method, headers: all, ...sent });
      return await app.fetch(request, { local, ...from });
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

/** Hides nothing, but what was not sealed cannot be unsealed. */
const sealer: Sealer = {
  seal: (plain) => `sealed-${Buffer.from(plain).toString('base64url')}`,
  unseal: (sealed) => {
    if (!sealed.startsWith('sealed-')) throw new Error('this was not sealed');
    return Buffer.from(sealed.slice('sealed-'.length), 'base64url').toString();
  },
  sign: (text) => createHash('sha256').update(text).digest('base64url'),
};
