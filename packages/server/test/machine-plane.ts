import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createSession, type Handle, type Provider, type SessionRecord, type Store } from '@errand/core';
import { pino } from 'pino';
import { createCompat } from '../src/compat/compat.ts';
import { createServices, type ProviderSurroundings } from '../src/create-services.ts';
import { createApp } from '../src/http/app.ts';
import { type Listener, listenTcp } from '../src/http/listen.ts';
import { createMetrics } from '../src/http/metrics.ts';
import { openSealer } from '../src/secrets.ts';
import { MemoryLogStore } from '../src/stores/memory/memory-log-store.ts';
import { openSqliteStore } from '../src/stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../src/system/local-notifier.ts';
import { randomIds } from '../src/system/random-ids.ts';
import { systemClock } from '../src/system/system-clock.ts';
import { noTemplates } from '../src/use-cases/sessions/session-templates.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const AGENT = join(REPOSITORY, '.cache/agent');

/** A control plane on a port of this machine, with one provider and nothing that looks after sessions: the test does. */
export interface MachinePlane extends AsyncDisposable {
  /** Whatever is launched has a session first, as agents that come with it must have. */
  readonly provider: Provider;
}

export async function openMachinePlane(
  make: (around: ProviderSurroundings, url: () => string) => Provider,
  /** Names under which machines reach it, beside that of this machine. */
  hosts: readonly string[] = [],
): Promise<MachinePlane> {
  await promisify(execFile)(process.execPath, [
    join(REPOSITORY, 'scripts/build-agent.ts'),
    '--files-only',
    '--into',
    AGENT,
  ]);
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'errand-plane-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const store = opened.use(await openSqliteStore({ database: ':memory:' }));
  const sealer = openSealer(join(folder, 'secret.key'));
  const made: { provider: Provider | null; url: string } = { provider: null, url: '' };
  const services = createServices({
    version: '0.0.0-test',
    store,
    logs: new MemoryLogStore(),
    clock: systemClock,
    ids: randomIds,
    notifier: new LocalNotifier(),
    sealer,
    making: {
      providers: (around) => {
        made.provider = make(around, () => made.url);
        return new Map([[made.provider.name, made.provider]]);
      },
      templates: noTemplates,
      quotas: { perOwner: 1_000, perTeam: 1_000, uploadBytes: 1_000_000 },
      random: Math.random,
    },
    sockets: '/nowhere',
    own: { id: null, agent: null },
    stays: false,
    shutDown: () => undefined,
  });
  const listener = opened.use(await listen({ services, sealer, hosts }, opened));
  made.url = listener.address;
  if (made.provider === null) throw new Error('no provider was made');
  const closing = opened.move();
  return {
    provider: withSessions(made.provider, store),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

interface Listened {
  readonly services: ReturnType<typeof createServices>;
  readonly sealer: ReturnType<typeof openSealer>;
  readonly hosts: readonly string[];
}

async function listen(
  { services, sealer, hosts }: Listened,
  opened: AsyncDisposableStack,
): Promise<Listener> {
  const log = pino({ level: 'silent' });
  const draining = new AbortController();
  const app = createApp({
    services,
    compat: createCompat({ config: {}, services, sealer, log }),
    guards: { hosts, loopback: true },
    log,
    metrics: createMetrics(),
    agentFiles: { folder: async () => AGENT, executables: null, scheme: 'http' },
    page: null,
    draining: draining.signal,
    ready: async () => undefined,
  });
  const listener = await listenTcp(
    app,
    { host: '127.0.0.1', port: 0 },
    { tls: null, trustProxy: false, proxy: null },
  );
  opened.defer(() => draining.abort());
  return listener;
}

/** As the reconciler does it, which says what is wanted of a session before it asks for anything. */
function withSessions(provider: Provider, { sessions }: Store): Provider {
  const want = async (id: string, desired: SessionRecord['desired']): Promise<void> => {
    const session = await sessions.get(id);
    if (session === null || session.desired === desired) return;
    await sessions.save({ ...session, desired, version: session.version + 1 });
  };
  const sessionOf = ({ data }: Handle): string => String(data['session']);
  const about = { createdBy: 'key_test', name: null, tags: [], template: null };
  return {
    name: provider.name,
    capabilities: provider.capabilities,
    problems: (spec) => provider.problems(spec),
    cost: (spec) => provider.cost(spec),
    launch: async (request) => {
      const { sessionId: id, owner, subdomain, spec } = request;
      if ((await sessions.get(id)) === null) {
        const session = createSession({ ...about, id, owner, subdomain, spec }, Date.now());
        await sessions.insert(session, { quotas: [], idempotency: null });
      }
      await want(id, 'running');
      return await provider.launch(request);
    },
    start: async (kept, request) => {
      await want(request.sessionId, 'running');
      return await provider.start(kept, request);
    },
    find: (request) => provider.find(request),
    inspect: (handle) => provider.inspect(handle),
    renew: (handle, leaseMs) => provider.renew(handle, leaseMs),
    stop: async (handle, wish) => {
      await want(sessionOf(handle), 'stopped');
      return await provider.stop(handle, wish);
    },
    terminate: async (handle) => {
      await want(sessionOf(handle), 'deleted');
      return await provider.terminate(handle);
    },
    ...('list' in provider ? { list: async (tag: string) => (await provider.list?.(tag)) ?? [] } : {}),
    ...('watch' in provider
      ? {
          watch: async (...about: Parameters<NonNullable<Provider['watch']>>) => {
            await provider.watch?.(...about);
          },
        }
      : {}),
  };
}
