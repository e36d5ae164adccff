import { type JobRecord, newPool, ProviderError, type Store } from '@errand/core';
import {
  type FakeClock,
  type FakeProvider,
  type FakeProviderOptions,
  fakeClock,
  fakeIds,
  fakeProvider,
} from '@errand/core/testing';
import {
  askJob,
  createServices,
  JobReconciler,
  LOCAL_ACTOR,
  LocalNotifier,
  MemoryLogStore,
  noTemplates,
  openSqliteStore,
  type Services,
  SessionReconciler,
  SessionSweep,
  submitJob,
} from '@errand/server/testing';
import { type CommandScript, FakeCommands } from './fake-commands.ts';
import { FakeOutputs } from './fake-outputs.ts';
import { type Death, Life } from './mortal.ts';

export interface JobWorldOptions {
  readonly scriptOf: (attempt: number, command: number) => CommandScript;
  /** How each control plane dies, one after the other; those after the last one live. */
  readonly deaths?: readonly Death[];
  readonly fault?: FakeProviderOptions['fault'];
  readonly quota?: number;
}

interface Plane {
  readonly life: Life;
  readonly services: Services;
  readonly stop: AbortController;
}

export const OUTPUT = 's3://box/out';

/** Production use-cases and reconcilers of jobs and sessions over a real store; provider, outputs and commands are simulated, and the control plane may die at any write. */
export class JobWorld implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly provider: FakeProvider;
  readonly outputs: FakeOutputs;
  readonly commands: FakeCommands;
  readonly errors: unknown[] = [];
  /** What must never be, as it was seen. */
  readonly wrongs: string[] = [];
  readonly #ids = fakeIds();
  readonly #options: JobWorldOptions;
  readonly #deaths: Death[];
  #plane: Plane;
  /** Writes of the planes that lived so far. */
  writes = 0;

  static async open(options: JobWorldOptions): Promise<JobWorld> {
    const store = await openSqliteStore({ database: ':memory:', defer: (commit) => queueMicrotask(commit) });
    await store.agents.ensurePool(newPool({ name: 'fakes', createdAt: 0, adminOnly: false }));
    return new JobWorld(store, options);
  }

  private constructor(store: Store, options: JobWorldOptions) {
    const { fault = () => null } = options;
    this.clock = fakeClock();
    this.store = store;
    const about = { clock: this.clock, bootMs: 2_000, endMs: 1_000, settleMs: 5_000, fault };
    this.provider = fakeProvider({ ...about, agent: { id: 'agent_1', pool: 'fakes' } });
    this.outputs = new FakeOutputs(this.clock);
    const { clock, provider, outputs } = this;
    const outputOf = (): string => OUTPUT;
    this.commands = new FakeCommands({
      store,
      clock,
      provider,
      outputs,
      outputOf,
      scriptOf: options.scriptOf,
    });
    this.#options = options;
    this.#deaths = [...(options.deaths ?? [])];
    this.#plane = this.#start();
  }

  submit(document: object): Promise<JobRecord> {
    const { life, services } = this.#plane;
    const submission = { document: { ...document }, idempotencyKey: null };
    return life.serve(submitJob(services.jobs, LOCAL_ACTOR, submission));
  }

  cancel(word: string): Promise<JobRecord> {
    const intent = { kind: 'cancel', by: 'anna', now: this.clock.now() } as const;
    const { life, services } = this.#plane;
    return life.serve(askJob(services.jobs, { actor: LOCAL_ACTOR, word }, intent));
  }

  async job(id: string): Promise<JobRecord> {
    const job = await this.store.jobs.get(id);
    if (job === null) throw new Error(`there is no ${id}`);
    return job;
  }

  /** `kill -9`: another plane starts after a while. */
  kill(): void {
    this.#plane.life.end();
  }

  /** Lets time pass, a second at a time; looks after dead planes, and at what must hold after each second. */
  async pass(seconds: number, until: () => Promise<boolean> = async () => false): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await this.clock.advance(1_000);
      await this.commands.tick();
      await this.#check();
      if (!this.#plane.life.alive) this.#replace();
      if (await until()) return;
    }
  }

  #replace(): void {
    this.writes += this.#plane.life.writes;
    this.#plane.stop.abort();
    this.#plane = this.#start();
  }

  #start(): Plane {
    const life = new Life(this.#deaths.shift() ?? null);
    const { clock } = this;
    const ownStore = Object.fromEntries(
      Object.entries(this.store).map(([name, part]) => [
        name,
        typeof part === 'object' && part !== null ? life.guard(part as object) : part,
      ]),
    ) as unknown as Store;
    const services = createServices({
      version: '0',
      store: ownStore,
      logs: new MemoryLogStore(),
      clock,
      ids: this.#ids,
      notifier: new LocalNotifier(),
      sealer: {
        seal: (plain) => `sealed ${plain}`,
        unseal: (sealed) => sealed.slice('sealed '.length),
        sign: String,
      },
      making: {
        providers: () => new Map([['fake', life.guard(this.provider)]]),
        templates: noTemplates,
        quotas: { perOwner: this.#options.quota ?? 100, perTeam: this.#options.quota ?? 100 },
        random: draws(),
      },
      outputs: { s3: life.guard(this.outputs) },
      sockets: '/nowhere',
      own: { id: null, agent: null },
      stays: true,
      shutDown: () => undefined,
    });
    const stop = new AbortController();
    const onError = (error: unknown): void => {
      // What a provider refuses is tried again; everything else is a mistake of ours.
      if (life.alive && !(error instanceof ProviderError)) this.errors.push(error);
    };
    const parts = { ...services.sessions, tag: 'plane', probe: async () => ({ kind: 'ok' }) as const };
    void new SessionReconciler(parts).run(stop.signal, onError);
    void new SessionSweep(parts).run(stop.signal, onError);
    void new JobReconciler(services.jobs).run(stop.signal, onError);
    return { life, services, stop };
  }

  /** After every second: one machine for each job, and none launched twice for one key. */
  async #check(): Promise<void> {
    const owners = new Map<string, string>();
    for (const { id, createdBy } of await this.store.sessions.list({}, { limit: 500, after: null }))
      owners.set(id, createdBy);
    const alive = this.provider.machines.alive().map(({ sessionId }) => owners.get(sessionId) ?? sessionId);
    if (new Set(alive).size < alive.length) this.wrongs.push('two machines of one job are alive');
    const keys = this.provider.machines.all().map(({ key }) => key);
    if (new Set(keys).size < keys.length) this.wrongs.push('something was launched twice');
    const executed = this.commands.executed;
    if (new Set(executed).size < executed.length) this.wrongs.push(`executed twice: ${executed.join(', ')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#plane.stop.abort();
    await this.clock.advance(10_000);
    await this.store[Symbol.asyncDispose]();
  }
}

/** Another number each time. */
function draws(): () => number {
  let draw = 0;
  return () => (draw += 0.000_1) % 1;
}
