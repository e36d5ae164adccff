import type { DatabaseSync } from 'node:sqlite';
import { type Clock, type Health, type Notifier, ProviderError, type Store } from '@errand/core';
import type { FakeProvider } from '@errand/core/testing';
import {
  createServices,
  LocalNotifier,
  MemoryLogStore,
  noTemplates,
  openSqliteStore,
  PoolLauncher,
  Reconciler,
  type Services,
  SessionReconciler,
  SessionSweep,
  type SqliteStore,
} from '@errand/server/testing';
import { VirtualProcess } from '../time/virtual-process.ts';
import { AGENT } from './pool-scene.ts';
import { type SessionWorld, unsettle, wallOf } from './session-scene.ts';

export interface SessionPlaneParts {
  readonly world: SessionWorld;
  readonly name: string;
  readonly database: DatabaseSync;
  /** One that outlives the control planes, as a database server does; null: it is opened and killed with the process. */
  readonly shared: SqliteStore | null;
  readonly provider: FakeProvider;
  readonly onCommit: () => void;
}

/** At most this many sessions of one owner. */
export const QUOTA = 3;
/** Stalls that are shorter make nothing late that matters. */
const NOTICED_MS = 5_000;

/** One production control plane, as far as sessions need it, that can be killed, started again and stalled at any moment. */
export class SessionPlane {
  process: VirtualProcess | undefined;
  services: Services | undefined;
  readonly #parts: SessionPlaneParts;
  #awayUntil = 0;

  constructor(parts: SessionPlaneParts) {
    this.#parts = parts;
  }

  get isUp(): boolean {
    return this.process?.alive === true && this.services !== undefined;
  }

  /** Starts it unless it runs or is away. */
  start(): void {
    const { world, name } = this.#parts;
    const { timeline, trace } = world;
    if (this.process?.alive === true || this.#awayUntil > timeline.now) return;
    trace.note(`${name} starts`);
    unsettle(world, timeline.now);
    world.startedAt = timeline.now;
    const process = new VirtualProcess(name, timeline);
    this.process = process;
    this.services = undefined;
    if (world.dies !== null) process.atCall(world.dies, () => this.kill());
    world.dies = null;
    this.#boot(process).catch((error: unknown) => {
      if (process.alive) trace.fail(5, 'SIM-PLANE-1', `${name} does not start: ${String(error)}`);
    });
  }

  kill(): void {
    if (this.process?.alive !== true) return;
    const { world } = this.#parts;
    world.kills += 1;
    unsettle(world, world.timeline.now);
    this.process.kill();
  }

  away(ms: number): void {
    this.#awayUntil = this.#parts.world.timeline.now + ms;
    this.kill();
    unsettle(this.#parts.world, this.#awayUntil);
  }

  stall(ms: number): void {
    const { world } = this.#parts;
    this.process?.stall(ms);
    if (ms > NOTICED_MS) unsettle(world, world.timeline.now + ms);
  }

  /** A call of somebody: rejects where nobody is there, or where it dies meanwhile. */
  serve<Value>(act: (services: Services) => Promise<Value>): Promise<Value> {
    const [process, services] = [this.process, this.services];
    if (process?.alive !== true || services === undefined)
      return Promise.reject(new Error('connection refused'));
    return new Promise((resolve, reject) => {
      const forget = process.onKill(() => reject(new Error('connection reset')));
      process.after(0, 'takes a request', () => {
        void act(services).then(resolve, reject).finally(forget);
      });
    });
  }

  async #boot(process: VirtualProcess): Promise<void> {
    const { world, provider } = this.#parts;
    const { timeline, trace } = world;
    const clock: Clock = {
      now: () => wallOf(world),
      steady: () => timeline.now,
      sleep: (ms, signal) => process.sleep(ms, signal),
    };
    const store = guardedStore(world, await this.#store(process), process);
    const reached = process.guard(provider, ['problems', 'cost']);
    const services = createServices({
      version: '0',
      store,
      logs: new MemoryLogStore(),
      clock,
      ids: world.ids,
      notifier: this.#notifier(process),
      sealer: { seal: (plain) => plain, unseal: (sealed) => sealed, sign: String },
      making: {
        providers: () => new Map([[provider.name, reached]]),
        templates: noTemplates,
        quotas: { perOwner: QUOTA, perTeam: 1_000, uploadBytes: 0 },
        random: () => world.random.unit(),
      },
      sockets: '/s',
      own: { id: AGENT.id, agent: null },
      stays: true,
      shutDown: () => {},
    });
    const { sessions } = services;
    const tag = await sessions.tag();
    const probe = async (): Promise<Health> => ({ kind: 'ok' });
    const failed = (what: string) => (error: unknown) => {
      if (!(error instanceof ProviderError))
        trace.fail(1, 'SIM-PLANE-2', `a tick of the ${what} failed: ${String(error)}`);
    };
    const never = new AbortController().signal;
    void new SessionReconciler({ ...sessions, tag, probe }).run(never, failed('reconciler'));
    void new SessionSweep({ ...sessions, tag }).run(never, failed('sweep'));
    if (world.profile.runs > 0) {
      const { runs } = store;
      void new Reconciler({ ...services.groups, runs }).run(never, failed('reconciler of runs'));
      void new PoolLauncher({ ...sessions, runs }).run(never, failed('pools on demand'));
    }
    this.services = services;
  }

  async #store(process: VirtualProcess): Promise<Store> {
    const { world, database, shared, onCommit } = this.#parts;
    if (shared !== null) return shared;
    let opened: SqliteStore | undefined;
    process.onKill(() => {
      opened?.crash();
      if (database.isTransaction) database.exec('rollback');
      onCommit();
    });
    opened = await openSqliteStore({
      database,
      defer: (commit) =>
        process.after(world.random.between(0, world.profile.commitMs), 'commits', () => {
          commit();
          onCommit();
        }),
    });
    return opened;
  }

  #notifier(process: VirtualProcess): Notifier {
    const { random, profile } = this.#parts.world;
    const local = new LocalNotifier();
    return {
      pulse: (topic, subject) => {
        if (process.alive && !random.chance(profile.pulseLost)) local.pulse(topic, subject);
      },
      subscribe: (topic, listener) => local.subscribe(topic, listener),
    };
  }
}

/** The store of all planes, where they share one: it dies with none of them. */
export async function openSharedStore(
  { timeline, random, profile }: SessionWorld,
  database: DatabaseSync,
  onCommit: () => void,
): Promise<SqliteStore> {
  let isOpen = false;
  const store = await openSqliteStore({
    database,
    defer: (commit) => {
      // Nobody lets time pass before everything is there.
      if (!isOpen) return queueMicrotask(commit);
      timeline.after(random.between(0, profile.commitMs), 'the database commits', () => {
        commit();
        onCommit();
      });
    },
  });
  isOpen = true;
  return store;
}

function guardedStore(world: SessionWorld, store: Store, process: VirtualProcess): Store {
  const { random, profile } = world;
  const guarded = <Port extends object>(port: Port): Port => process.guard(slowed(port), []);
  /** The answer comes a while after the work, as from a database across a network. */
  const slowed = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function' || profile.storeMs === 0) return method;
        return async (...args: unknown[]) => {
          const answer: unknown = await (Reflect.apply(method, target, args) as Promise<unknown>);
          await process.sleep(random.between(0, profile.storeMs));
          return answer;
        };
      },
    });
  const { sessions, runs, agents, groups } = store;
  return {
    ...store,
    sessions: guarded(sessions),
    runs: guarded(runs),
    agents: guarded(agents),
    groups: guarded(groups),
  };
}
