import { isFinalState, type JobRecord, newPool, ProviderError, type Store } from '@errand/core';
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
  askSession,
  createServices,
  JobReconciler,
  LOCAL_ACTOR,
  MemoryLogStore,
  noTemplates,
  openSqliteStore,
  type Services,
  SessionReconciler,
  SessionSweep,
  submitJob,
} from '@errand/server/testing';
import { lossyNotifier } from '../plane/lossy-notifier.ts';
import { slowed } from '../plane/slowed.ts';
import { type CommandScript, FakeCommands } from './fake-commands.ts';
import { FakeOutputs } from './fake-outputs.ts';
import { type Death, Life } from './mortal.ts';

export interface JobWorldOptions {
  readonly scriptOf: (attempt: number, command: number) => CommandScript;
  /** How each control plane dies, one after the other; those after the last one live. */
  readonly deaths?: readonly Death[];
  readonly fault?: FakeProviderOptions['fault'];
  /** How long a machine takes to end. */
  readonly endMs?: number;
  readonly quota?: number;
  /** Asked for each pulse: is it never heard? */
  readonly losesPulse?: () => boolean;
  /** Asked for each answer of the store: how many ms later does it come? With it time passes while somebody waits for an answer. */
  readonly storeMs?: () => number;
}

interface Plane {
  readonly life: Life;
  readonly services: Services;
  readonly stop: AbortController;
  /** From then on it looks after sessions and jobs by itself. */
  readonly reconcile: () => void;
}

/** Nobody waits longer for an answer. */
const SLOW_S = 30;

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
  /** Jobs of which somebody was told that they are canceled. */
  readonly #canceled = new Set<string>();
  readonly #ids = fakeIds();
  readonly #options: JobWorldOptions;
  readonly #deaths: Death[];
  #plane: Plane;
  /** Somebody who has waited for a control plane, and is served by it before it looks after anything by itself. */
  onRestart: () => Promise<unknown> = async () => undefined;
  /** Writes of the planes that lived so far. */
  writes = 0;

  static async open(options: JobWorldOptions): Promise<JobWorld> {
    const store = await openSqliteStore({ database: ':memory:', defer: (commit) => queueMicrotask(commit) });
    await store.agents.ensurePool(newPool({ name: 'fakes', createdAt: 0, adminOnly: false }));
    return new JobWorld(store, options);
  }

  private constructor(store: Store, options: JobWorldOptions) {
    const { fault = () => null, endMs = 1_000 } = options;
    this.clock = fakeClock();
    this.store = store;
    const about = { clock: this.clock, bootMs: 2_000, endMs, settleMs: 5_000, fault };
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
    this.#plane.reconcile();
  }

  submit(document: object): Promise<JobRecord> {
    const { life, services } = this.#plane;
    const submission = { document: { ...document }, idempotencyKey: null };
    return this.#meanwhile(life.serve(submitJob(services.jobs, LOCAL_ACTOR, submission)));
  }

  cancel(word: string): Promise<JobRecord> {
    return this.#meanwhile(this.askCancel(word));
  }

  /** The same; it is somebody else who lets time pass. */
  askCancel(word: string): Promise<JobRecord> {
    const intent = { kind: 'cancel', by: 'anna', now: this.clock.now() } as const;
    const { life, services } = this.#plane;
    const asked = life.serve(askJob(services.jobs, { actor: LOCAL_ACTOR, word }, intent));
    return asked.then((job) => {
      if (job.cancel !== null) this.#canceled.add(job.id);
      return job;
    });
  }

  /** Somebody else deletes whatever sessions there are. */
  async deleteSessions(): Promise<void> {
    const { life, services } = this.#plane;
    for (const { id, state } of await this.store.sessions.list({}, { limit: 9, after: null }))
      if (!isFinalState(state)) {
        const intent = { kind: 'delete', by: 'eve', now: this.clock.now() } as const;
        const asked = askSession(services.sessions, { actor: LOCAL_ACTOR, word: id }, intent);
        await this.#meanwhile(life.serve(asked));
      }
  }

  async job(id: string): Promise<JobRecord> {
    const job = await this.store.jobs.get(id);
    if (job === null) throw new Error(`there is no ${id}`);
    return job;
  }

  /** The job that is there, if any is. */
  async stored(): Promise<JobRecord | null> {
    return (await this.store.jobs.list({}, { limit: 1, after: null }))[0] ?? null;
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

  async #meanwhile<Value>(answer: Promise<Value>): Promise<Value> {
    if (this.#options.storeMs === undefined) return await answer;
    let isThere = false;
    const settled = answer.finally(() => {
      isThere = true;
    });
    settled.catch(() => undefined);
    await this.pass(SLOW_S, async () => isThere);
    return await settled;
  }

  #replace(): void {
    this.writes += this.#plane.life.writes;
    this.#plane.stop.abort();
    this.#plane = this.#start();
    void this.onRestart().finally(this.#plane.reconcile);
  }

  #start(): Plane {
    const life = new Life(this.#deaths.shift() ?? null);
    const { clock } = this;
    const ownStore = Object.fromEntries(
      Object.entries(this.store).map(([name, part]) => [
        name,
        typeof part === 'object' && part !== null ? life.guard(this.#slowed(part as object)) : part,
      ]),
    ) as unknown as Store;
    const services = createServices({
      version: '0',
      store: ownStore,
      logs: new MemoryLogStore(),
      clock,
      ids: this.#ids,
      notifier: lossyNotifier(this.#options.losesPulse ?? (() => false)),
      sealer: {
        seal: (plain) => `sealed ${plain}`,
        unseal: (sealed) => sealed.slice('sealed '.length),
        sign: String,
      },
      making: {
        providers: () => new Map([['fake', life.guard(this.provider)]]),
        templates: noTemplates,
        quotas: { perOwner: this.#options.quota ?? 100, perTeam: this.#options.quota ?? 100, uploadBytes: 0 },
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
    const reconcile = (): void => {
      void new SessionReconciler(parts).run(stop.signal, onError);
      void new SessionSweep(parts).run(stop.signal, onError);
      void new JobReconciler(services.jobs).run(stop.signal, onError);
    };
    return { life, services, stop, reconcile };
  }

  #slowed<Part extends object>(part: Part): Part {
    const { storeMs } = this.#options;
    return storeMs === undefined ? part : slowed(part, () => this.clock.sleep(storeMs()));
  }

  /** After every second: one machine for each job, and none launched twice for one key. */
  async #check(): Promise<void> {
    for (const id of this.#canceled)
      if ((await this.job(id)).cancel === null)
        this.wrongs.push(`nobody knows any more that ${id} is canceled`);
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
