import { observeRun, type RunFact, type RunRecord, type Store } from '@errand/core';
import type { FakeClock, FakeProvider } from '@errand/core/testing';
import type { FakeOutputs } from './fake-outputs.ts';

/** How a command goes that is executed. */
export interface CommandScript {
  readonly seconds: number;
  /** lost: its agent falls silent; it ends with 0 all the same, which is heard of `lateSeconds` later. */
  readonly end: number | 'lost';
  readonly lateSeconds: number;
  /** Does it write the output? */
  readonly writes: boolean;
}

/** A command as it was executed. */
interface Executed {
  readonly command: number;
  readonly script: CommandScript;
}

interface Execution {
  readonly runId: string;
  readonly token: number;
  readonly script: CommandScript;
  readonly endsAt: number;
  done: boolean;
}

export interface CommandParts {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly provider: FakeProvider;
  readonly outputs: FakeOutputs;
  /** Of which attempt (from 1) and command (from 0) of its job. */
  readonly scriptOf: (attempt: number, command: number) => CommandScript;
  /** The output that the commands of this job write. */
  readonly outputOf: (jobId: string) => string;
}

/** What serves runs in sessions of the fake provider: executes each where its machine is alive, and reports straight to the store. */
export class FakeCommands {
  /** `job attempt command` of everything that was executed, as often as it was. */
  readonly executed: string[] = [];
  readonly #ofAttempts = new Map<string, Executed[]>();
  readonly #parts: CommandParts;
  readonly #executions: Execution[] = [];

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  /** To be called once a second. */
  async tick(): Promise<void> {
    const { store } = this.#parts;
    const page = { limit: 200, after: null };
    for (const run of await store.runs.list({ status: ['queued'] }, page)) await this.#begin(run);
    for (const run of await store.runs.list({ status: ['canceling'] }, page)) await this.#canceled(run);
    for (const execution of this.#executions) await this.#work(execution);
  }

  /** In their order. */
  ofAttempt(jobId: string, attempt: number): readonly Executed[] {
    return this.#ofAttempts.get(`${jobId} ${attempt}`) ?? [];
  }

  async #begin(run: RunRecord): Promise<void> {
    const { clock, scriptOf, store } = this.#parts;
    const now = clock.now();
    if (!this.#machineIsUp(run)) return;
    await this.#report(run.id, { kind: 'leased', agentId: 'agent_1', leaseMs: 1e9, lostAfterMs: 1e9, now });
    const token = run.token + 1;
    await this.#report(run.id, { kind: 'starting', token, claimant: 'c', now });
    const job = await store.jobs.get(run.createdBy);
    const attempt = (job?.past.length ?? 0) + 1;
    const command = Number(/ (\d+)$/.exec(run.name ?? '')?.[1] ?? 1) - 1;
    this.executed.push(`${run.createdBy} ${attempt} ${command}`);
    const script = scriptOf(attempt, command);
    const name = `${run.createdBy} ${attempt}`;
    this.#ofAttempts.set(name, [...this.ofAttempt(run.createdBy, attempt), { command, script }]);
    const endsAt = clock.steady() + script.seconds * 1_000;
    this.#executions.push({ runId: run.id, token, script, endsAt, done: false });
  }

  async #work(execution: Execution): Promise<void> {
    const { clock, store, outputs, outputOf } = this.#parts;
    const { runId, token, script, endsAt } = execution;
    const run = await store.runs.get(runId);
    if (execution.done || run === null || clock.steady() < endsAt) return;
    const now = clock.now();
    if (!this.#machineIsUp(run)) {
      execution.done = true;
      return;
    }
    if (script.end === 'lost' && run.state !== 'finished')
      await this.#report(runId, { kind: 'agent_gone', token, how: 'lost', now });
    if (script.end === 'lost' && clock.steady() < endsAt + script.lateSeconds * 1_000) return;
    execution.done = true;
    if (script.writes) outputs.write(outputOf(run.createdBy));
    const code = script.end === 'lost' ? 0 : script.end;
    await this.#report(runId, { kind: 'ended', token, reason: { kind: 'exited', code }, log: null, now });
  }

  async #canceled({ id, token }: RunRecord): Promise<void> {
    const execution = this.#executions.find(({ runId }) => runId === id);
    if (execution !== undefined) execution.done = true;
    const now = this.#parts.clock.now();
    await this.#report(id, { kind: 'ended', token, reason: { kind: 'canceled' }, log: null, now });
  }

  #machineIsUp({ spec }: RunRecord): boolean {
    const machines = this.#parts.provider.machines.all();
    return machines.some(({ sessionId, state }) => sessionId === spec.session && state === 'running');
  }

  async #report(runId: string, fact: RunFact): Promise<void> {
    const { runs } = this.#parts.store;
    for (;;) {
      const run = await runs.get(runId);
      const step = run === null ? null : observeRun(run, fact);
      if (step?.kind !== 'next' || (await runs.save(step.run)) === 'saved') return;
    }
  }
}
