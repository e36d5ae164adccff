import {
  type EndReason,
  type JobRecord,
  newPool,
  type OutputPlace,
  type OutputSight,
  observeRun,
  outputText,
  type RunFact,
  type SessionRecord,
  type Store,
} from '@errand/core';
import {
  type FakeClock,
  type FakeProvider,
  type FakeProviderOptions,
  fakeClock,
  fakeIds,
  fakeProvider,
} from '@errand/core/testing';
import { createServices } from '../src/create-services.ts';
import { JobReconciler } from '../src/reconciler/jobs/job-reconciler.ts';
import { SessionReconciler } from '../src/reconciler/sessions/session-reconciler.ts';
import type { Services } from '../src/services.ts';
import { MemoryLogStore } from '../src/stores/memory/memory-log-store.ts';
import { openSqliteStore } from '../src/stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../src/system/local-notifier.ts';
import { LOCAL_ACTOR } from '../src/use-cases/actor.ts';
import { askJob } from '../src/use-cases/jobs/ask-job.ts';
import { submitJob } from '../src/use-cases/jobs/submit-job.ts';
import { noTemplates, type SessionTemplates } from '../src/use-cases/sessions/session-templates.ts';

/** Where the outputs of a test lie: what is on it, and what is to happen first when somebody looks. */
export class Shelf implements OutputPlace {
  readonly things = new Map<string, OutputSight>();
  /** Awaited before each look, each checksum and each document that is put beside; what they throw is what the place answers. */
  onLook: (text: string) => unknown = () => undefined;
  onChecksum: (text: string) => unknown = () => 'aa';
  onPutBeside: (text: string) => unknown = () => undefined;
  /** What was put beside outputs: which, and the text. */
  readonly beside: (readonly [string, string])[] = [];
  looks = 0;

  put(text: string, sight: Partial<OutputSight> = {}): void {
    this.things.set(text, { modifiedAt: 1, bytes: 5, tag: `${this.things.size}`, ...sight });
  }

  look: OutputPlace['look'] = async (target) => {
    this.looks += 1;
    await this.onLook(outputText({ target }));
    return this.things.get(outputText({ target })) ?? null;
  };

  checksum: OutputPlace['checksum'] = async (target) =>
    (await this.onChecksum(outputText({ target }))) as string | null;

  putBeside: OutputPlace['putBeside'] = async (target, { text }) => {
    await this.onPutBeside(outputText({ target }));
    this.beside.push([outputText({ target }), text]);
    return null;
  };
}

export interface JobWorld extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly provider: FakeProvider;
  readonly shelf: Shelf;
  readonly services: Services;
  /** What the reconciler of jobs told of. */
  readonly errors: unknown[];
  submit(document: object): Promise<JobRecord>;
  cancel(id: string): Promise<JobRecord>;
  job(id: string): Promise<JobRecord>;
  /** Of its present or last attempt. */
  sessionOf(id: string): Promise<SessionRecord>;
  /** Its present command ends so; it is executed now if it was not. */
  endCommand(id: string, reason?: EndReason): Promise<void>;
  /** Lets time pass, a second at a time. */
  pass(seconds: number): Promise<void>;
  /** Ends the reconcilers, as the control plane does when it is to end. */
  leave(): Promise<void>;
  /** They look after the same store again. */
  come(): void;
}

const FINE: EndReason = { kind: 'exited', code: 0 };

/** The use-cases and the reconcilers of jobs and sessions over a real store, with a fake provider; commands end when the test says so. */
export async function openJobWorld(
  faults: Omit<FakeProviderOptions, 'clock'> = {},
  templates: SessionTemplates = noTemplates,
): Promise<JobWorld> {
  const clock = fakeClock();
  const store = await openSqliteStore({ database: ':memory:', defer: (commit) => queueMicrotask(commit) });
  await store.agents.ensurePool(newPool({ name: 'fakes', createdAt: 0, adminOnly: false }));
  const about = { clock, bootMs: 2_000, endMs: 1_000, agent: { id: 'agent_1', pool: 'fakes' } };
  const provider = fakeProvider({ ...about, ...faults });
  const shelf = new Shelf();
  const services = servicesOf({ clock, store, provider, shelf, templates });
  const errors: unknown[] = [];
  let plane = start();

  function start(): { readonly stop: AbortController; readonly ended: Promise<unknown> } {
    const stop = new AbortController();
    const parts = { ...services.sessions, tag: 'plane', probe: async () => ({ kind: 'ok' }) as const };
    const jobs = new JobReconciler(services.jobs).run(stop.signal, (error) => errors.push(error));
    const sessions = new SessionReconciler(parts).run(stop.signal, () => undefined);
    return { stop, ended: Promise.all([jobs, sessions]) };
  }

  async function job(id: string): Promise<JobRecord> {
    const found = await store.jobs.get(id);
    if (found === null) throw new Error(`there is no ${id}`);
    return found;
  }

  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) await clock.advance(1_000);
  }

  async function leave(): Promise<void> {
    // An abort before a reconciler has begun to listen would be waited out for ever.
    await pass(1);
    plane.stop.abort();
    await pass(4);
    await plane.ended;
  }

  return {
    clock,
    store,
    provider,
    shelf,
    services,
    errors,
    job,
    pass,
    leave,
    submit: (document) =>
      submitJob(services.jobs, LOCAL_ACTOR, { document: { ...document }, idempotencyKey: null }),
    cancel: (word) =>
      askJob(services.jobs, { actor: LOCAL_ACTOR, word }, { kind: 'cancel', by: 'anna', now: clock.now() }),
    async sessionOf(id) {
      const { attempt, past } = await job(id);
      const session = await store.sessions.get((attempt ?? past.at(-1))?.sessionId ?? '');
      if (session === null) throw new Error(`there is no session of ${id}`);
      return session;
    },
    async endCommand(id, reason = FINE) {
      const { attempt } = await job(id);
      const runId = attempt?.commands.find((command) => command.reason === null)?.runId ?? '';
      await endRun({ store, clock }, runId, reason);
    },
    come() {
      plane = start();
    },
    async [Symbol.asyncDispose]() {
      await leave();
      await store[Symbol.asyncDispose]();
    },
  };
}

function servicesOf(
  parts: Pick<JobWorld, 'clock' | 'store' | 'provider' | 'shelf'> & { readonly templates: SessionTemplates },
): Services {
  const { clock, store, provider, shelf, templates } = parts;
  let draw = 0;
  return createServices({
    version: '0',
    store,
    logs: new MemoryLogStore(),
    clock,
    ids: fakeIds(),
    notifier: new LocalNotifier(),
    sealer: {
      seal: (plain) => `sealed ${plain}`,
      unseal: (sealed) => sealed.slice('sealed '.length),
      sign: String,
    },
    making: {
      providers: () => new Map([['fake', provider]]),
      templates,
      quotas: { perOwner: 100, perTeam: 100, uploadBytes: 0 },
      random: () => (draw += 0.000_1) % 1,
    },
    outputs: { s3: shelf },
    sockets: '/nowhere',
    own: { id: null, agent: null },
    stays: true,
    shutDown: () => undefined,
  });
}

async function endRun(
  { store, clock }: Pick<JobWorld, 'store' | 'clock'>,
  runId: string,
  reason: EndReason,
): Promise<void> {
  const now = clock.now();
  const report = async (fact: RunFact): Promise<void> => {
    const run = await store.runs.get(runId);
    const step = run === null ? null : observeRun(run, fact);
    if (step?.kind === 'next') await store.runs.save(step.run);
  };
  const token = ((await store.runs.get(runId))?.token ?? 0) + 1;
  await report({ kind: 'leased', agentId: 'agent_1', leaseMs: 1e9, lostAfterMs: 1e9, now });
  await report({ kind: 'starting', token, claimant: 'c', now });
  await report({ kind: 'ended', token, reason, log: null, now });
}
