import { newPool, observeRun, type PoolRecord, type RunRecord, requestRun } from '@errand/core';
import { aRun, type FakeFault, type FakeProviderOptions } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import { openSessionWorld, type SessionWorld } from '../../../test/session-world.ts';
import { changeRun } from '../../use-cases/runs/change-run.ts';
import { whyWaiting } from '../../use-cases/runs/why-waiting.ts';

const AGENT = { id: 'agt_own', pool: 'local' };
const COMMAND_S = 5;

/** A pool on demand, and the agent that its sessions have, which executes every command in five seconds. */
class PoolWorld implements AsyncDisposable {
  readonly world: SessionWorld;
  /** Runs by the session in which they were executed, in their order. */
  readonly executed: { readonly run: string; readonly session: string | undefined }[] = [];
  readonly #until = new Map<string, number>();

  private constructor(world: SessionWorld) {
    this.world = world;
  }

  static async open(
    pool: Partial<PoolRecord> = {},
    faults: Omit<FakeProviderOptions, 'clock'> = {},
  ): Promise<PoolWorld> {
    const world = await openSessionWorld({ agent: AGENT, ...faults });
    const fresh = newPool({ name: 'fresh', createdAt: 0, adminOnly: false, launch: { provider: 'fake' } });
    await world.store.agents.ensurePool({ ...fresh, ...pool });
    return new PoolWorld(world);
  }

  async submit(change: Partial<RunRecord> = {}): Promise<RunRecord> {
    const now = this.world.clock.now();
    const run = aRun({ pool: 'fresh', createdAt: now, queuedAt: now, ...change });
    await this.world.store.runs.insert(run, null);
    this.world.notifier.pulse(`pool:${run.pool}`);
    return run;
  }

  async get({ id }: { readonly id: string }): Promise<RunRecord> {
    const run = await this.world.store.runs.get(id);
    if (run === null) throw new Error(`there is no ${id}`);
    return run;
  }

  async why(of: RunRecord): Promise<string> {
    return await whyWaiting({ ...this.world.store, clock: this.world.clock }, await this.get(of));
  }

  async cancel({ id }: RunRecord): Promise<void> {
    const now = this.world.clock.now();
    const parts = { ...this.world.store, notifier: this.world.notifier };
    await changeRun(parts, id, (run) =>
      requestRun(run, { kind: 'cancel', signal: 'TERM', kill: false, now }),
    );
  }

  /** A second at a time, with a look at what must hold all the while. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await this.world.pass(1);
      await this.#serve();
      this.#check();
    }
  }

  get alive(): readonly string[] {
    return this.world.provider.machines.alive().map(({ sessionId }) => sessionId);
  }

  async #serve(): Promise<void> {
    const { clock, store, notifier } = this.world;
    const now = clock.now();
    const tell = async (id: string, fact: Parameters<typeof observeRun>[1]) =>
      await changeRun({ ...store, notifier }, id, (run) => observeRun(run, fact));
    for (const run of await store.runs.heldBy(AGENT.id)) {
      const { id, token, state } = run;
      if (state === 'leased') {
        await tell(id, { kind: 'starting', token, claimant: null, now });
        this.executed.push({ run: id, session: run.attempt?.session });
        this.#until.set(id, now + COMMAND_S * 1_000);
      } else if (now >= (this.#until.get(id) ?? 0)) {
        await tell(id, { kind: 'ended', token, reason: { kind: 'exited', code: 0 }, log: null, now });
      }
    }
  }

  /** Never two machines for one run. */
  #check(): void {
    expect(new Set(this.alive).size).toBe(this.alive.length);
  }

  async sessions(): Promise<number> {
    return (await this.world.store.sessions.forRuns()).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

describe('a run of a pool on demand', () => {
  it('is executed in a session of its own, which is gone afterwards', async () => {
    await using place = await PoolWorld.open();
    const run = await place.submit();
    await place.pass(2);
    expect(await place.get(run)).toMatchObject({ state: 'leased' });
    await place.pass(20);
    expect((await place.get(run)).end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(place.executed).toEqual([{ run: run.id, session: expect.stringMatching(/^ses_/) }]);
    expect([place.alive, await place.sessions()]).toEqual([[], 0]);
    const [session] = await place.world.store.sessions.list({ name: run.id }, { limit: 9, after: null });
    expect(session).toMatchObject({ state: 'deleted', owner: run.owner, run: { id: run.id, pool: 'fresh' } });
  });

  it('that is canceled while its session starts leaves none', async () => {
    await using place = await PoolWorld.open({}, { bootMs: 20_000 });
    const run = await place.submit();
    await place.pass(5);
    expect(place.alive).toHaveLength(1);
    await place.cancel(run);
    expect((await place.get(run)).end?.reason.kind).toBe('canceled');
    await place.pass(10);
    expect([place.alive, place.executed, await place.sessions()]).toEqual([[], [], 0]);
  });

  it('goes in order, and never more at once than the limit of the pool', async () => {
    await using place = await PoolWorld.open({ limit: 2 });
    const runs: RunRecord[] = [];
    for (let i = 0; i < 5; i += 1) runs.push(await place.submit());
    for (let second = 0; second < 60; second += 1) {
      await place.pass(1);
      expect(place.alive.length).toBeLessThanOrEqual(2);
    }
    expect(place.executed.map(({ run }) => run)).toEqual(runs.map(({ id }) => id));
  });

  it('waits where the pool is paused, and says so', async () => {
    await using place = await PoolWorld.open({ paused: true });
    const run = await place.submit();
    await place.pass(5);
    expect([place.alive, await place.sessions()]).toEqual([[], 0]);
    expect(await place.why(run)).toContain('is paused');
  });

  it('that nothing can ever be made for is refused with the reason', async () => {
    await using place = await PoolWorld.open({}, { fault: onLaunch('config') });
    const run = await place.submit();
    await place.pass(40);
    expect((await place.get(run)).end?.reason).toEqual({
      kind: 'refused',
      why: expect.stringContaining('what was asked for cannot be'),
    });
    expect([place.alive, await place.sessions()]).toEqual([[], 0]);
  });

  it('is tried again after a failure that may pass, later each time, and says why it waits', async () => {
    const tried = new Set<string>();
    const health = (session: string) =>
      tried.add(session).size < 3
        ? ({ kind: 'failed', why: 'no licence' } as const)
        : ({ kind: 'ok' } as const);
    const launch = { provider: 'fake', health: { command: ['check'] } };
    await using place = await PoolWorld.open({ launch }, { health });
    const run = await place.submit();
    await place.pass(6);
    expect((await place.get(run)).state).toBe('queued');
    expect(await place.why(run)).toMatch(/could not be made: .*no licence.* tried again at/);
    await place.pass(60);
    expect((await place.get(run)).end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(tried.size).toBe(3);
    expect([place.alive, place.executed.length]).toEqual([[], 1]);
  });

  it('gets another session where its own is lost before it began', async () => {
    await using place = await PoolWorld.open({}, { bootMs: 8_000 });
    const run = await place.submit();
    await place.pass(4);
    const { machines } = place.world.provider;
    for (const { id } of machines.alive()) machines.vanish(id);
    await place.pass(60);
    expect((await place.get(run)).end?.reason).toEqual({ kind: 'exited', code: 0 });
    expect([place.alive, place.executed.length]).toEqual([[], 1]);
  });

  it.each([0, 1, 2, 3, 4, 6, 9])(
    'is executed once, whatever the control plane is killed at: after %i seconds',
    async (seconds) => {
      await using place = await PoolWorld.open({ limit: 2 }, { fault: everyThird('lost_answer') });
      const runs = [await place.submit(), await place.submit(), await place.submit()];
      await place.pass(seconds);
      await place.world.restart(seconds % 2 === 0 ? 3 : 45);
      await place.pass(180);
      for (const run of runs) expect((await place.get(run)).end?.reason).toEqual({ kind: 'exited', code: 0 });
      expect(place.executed.map(({ run }) => run).toSorted()).toEqual(runs.map(({ id }) => id).toSorted());
      expect([place.alive, await place.sessions()]).toEqual([[], 0]);
    },
  );
});

type Faults = NonNullable<FakeProviderOptions['fault']>;

function onLaunch(error: Extract<FakeFault, { kind: 'error' }>['error']): Faults {
  return (call) => (call === 'launch' ? { kind: 'error', error } : null);
}

function everyThird(kind: 'lost_answer'): Faults {
  let calls = 0;
  return () => {
    calls += 1;
    return calls % 3 === 0 ? { kind, effectAfterMs: 2_000 } : null;
  };
}
