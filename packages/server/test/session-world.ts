import type { Health, HealthCheck, Notifier, SessionIntent, SessionRecord, Store } from '@errand/core';
import {
  type FakeClock,
  type FakeProvider,
  type FakeProviderOptions,
  fakeClock,
  fakeIds,
  fakeProvider,
} from '@errand/core/testing';
import { PoolLauncher } from '../src/reconciler/pools/pool-launcher.ts';
import { SessionReconciler } from '../src/reconciler/sessions/session-reconciler.ts';
import { SessionSweep } from '../src/reconciler/sessions/session-sweep.ts';
import { openSqliteStore } from '../src/stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../src/system/local-notifier.ts';
import { type Actor, LOCAL_ACTOR } from '../src/use-cases/actor.ts';
import { askSession } from '../src/use-cases/sessions/ask-session.ts';
import { createSession } from '../src/use-cases/sessions/create-session.ts';
import { noBlobs } from '../src/use-cases/sessions/no-blobs.ts';
import { SessionCommands } from '../src/use-cases/sessions/session-commands.ts';
import { SessionHosts } from '../src/use-cases/sessions/session-hosts.ts';
import { noTemplates } from '../src/use-cases/sessions/session-templates.ts';
import { SessionUses } from '../src/use-cases/sessions/session-uses.ts';
import { UploadRoom } from '../src/use-cases/sessions/upload-room.ts';

export interface SessionWorld extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly provider: FakeProvider;
  readonly uses: SessionUses;
  readonly notifier: Notifier;
  readonly errors: readonly unknown[];
  /** Lets time pass, a second at a time. */
  pass(seconds: number): Promise<void>;
  create(request?: object, actor?: Actor): Promise<SessionRecord>;
  ask(word: string, kind: 'start' | 'stop' | 'delete'): Promise<SessionRecord>;
  wish(word: string, intent: SessionIntent): Promise<SessionRecord>;
  get(id: string): Promise<SessionRecord>;
  /** As a control plane that ends and another one that starts on the same store. */
  restart(awaySeconds: number): Promise<void>;
}

/** The use-cases and the reconciler of sessions over a real store, with a fake provider and a clock that the test moves. */
export async function openSessionWorld(
  faults: Omit<FakeProviderOptions, 'clock'> = {},
  probe: (check: HealthCheck) => Health = () => ({ kind: 'ok' }),
): Promise<SessionWorld> {
  const clock = fakeClock();
  const store = await openSqliteStore({ database: ':memory:', defer: (commit) => queueMicrotask(commit) });
  const provider = fakeProvider({ clock, bootMs: 2_000, endMs: 1_000, ...faults });
  const notifier = new LocalNotifier();
  let draw = 0;
  const parts = {
    sessions: store.sessions,
    agents: store.agents,
    providers: new Map([[provider.name, provider]]),
    templates: noTemplates,
    blobs: noBlobs,
    uploads: new UploadRoom(noBlobs, 0),
    assets: { gather: async () => [], forget: async () => undefined },
    fetchFrom: [],
    commands: new SessionCommands({ runs: store.runs, notifier, clock }),
    uses: new SessionUses(),
    runs: store.runs,
    hosts: new SessionHosts({ clock, notifier, epoch: 'test' }),
    quotas: { perOwner: 3, perTeam: 1_000, uploadBytes: 1_000_000 },
    notifier,
    clock,
    ids: fakeIds(),
    random: () => (draw += 0.000_1),
    seal: (plain: string) => `sealed ${plain}`,
    unseal: (sealed: string) => sealed.slice('sealed '.length),
    tag: 'plane',
    probe: async (check: HealthCheck) => probe(check),
  };
  const reconcilers: SessionReconciler[] = [];
  const errors: unknown[] = [];
  let plane = start();

  function start() {
    const reconciler = new SessionReconciler(parts);
    reconcilers.push(reconciler);
    const stop = new AbortController();
    const sweep = new SessionSweep(parts);
    const launcher = new PoolLauncher(parts);
    const ended = Promise.all([
      launcher.run(stop.signal, (error) => errors.push(error)),
      reconciler.run(stop.signal, (error) => errors.push(error)),
      sweep.run(stop.signal, (error) => errors.push(error)),
    ]);
    return { stop, ended };
  }

  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) await clock.advance(1_000);
  }

  return {
    clock,
    store,
    provider,
    uses: parts.uses,
    notifier,
    errors,
    pass,
    async create(request: object = {}, actor: Actor = LOCAL_ACTOR) {
      const whole = { tags: [], provider: 'fake', ...request } as never;
      return await createSession(parts, actor, { request: whole, idempotencyKey: null });
    },
    ask: (word: string, kind: 'start' | 'stop' | 'delete') =>
      askSession(parts, { actor: LOCAL_ACTOR, word }, { kind, by: 'test', now: clock.now() }),
    wish: (word: string, intent: SessionIntent) => askSession(parts, { actor: LOCAL_ACTOR, word }, intent),
    async get(id: string) {
      const session = await store.sessions.get(id);
      if (session === null) throw new Error(`there is no ${id}`);
      return session;
    },
    async restart(awaySeconds: number): Promise<void> {
      plane.stop.abort();
      await pass(1);
      await plane.ended;
      await pass(awaySeconds);
      plane = start();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      plane.stop.abort();
      await pass(4);
      await plane.ended;
      await store[Symbol.asyncDispose]();
    },
  };
}
