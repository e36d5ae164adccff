import type { RunCreate } from '@errand/contract';
import type { RunRecord } from '@errand/core';
import { drawScript } from '../machine/script.ts';
import type { Network } from '../plane/network.ts';
import type { SimulatedLogs } from '../plane/simulated-logs.ts';
import type { Profile } from '../profile.ts';
import { Random } from '../time/random.ts';
import type { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';
import { Client } from './client.ts';
import { follow } from './follower.ts';
import { operate } from './operator.ts';

export interface WorkloadParts {
  readonly world: World;
  readonly network: Network;
  readonly logs: SimulatedLogs;
  readonly process: VirtualProcess;
  readonly pools: readonly string[];
}

const CLIENTS = 3;

/** What people do during one simulation: submit, repeat, watch, cancel, wait, retry. */
export class Workload {
  /** How much of it is still to be done or answered. */
  open = 0;
  readonly #parts: WorkloadParts;
  readonly #clients: readonly Client[];

  constructor(parts: WorkloadParts) {
    this.#parts = parts;
    const names = Array.from({ length: CLIENTS }, (_, index) => `client-${index + 1}`);
    this.#clients = names.map((name) => new Client({ ...parts, name }));
  }

  start(): void {
    const { world } = this.#parts;
    const [operator] = this.#clients;
    if (world.profile.crowded && operator !== undefined && !world.without.has('operator'))
      this.#later(0, () => operate(this.#parts, operator));
    for (let run = 0; run < world.profile.runs; run += 1) {
      const random = new Random(world.seed, `run ${run}`);
      if (world.without.has(`run ${run}`)) continue;
      const at = random.between(0, world.profile.faultsForMs * 0.8);
      this.#later(at, () => this.#oneRun(run, random));
    }
  }

  /** Cancels one that is running, if any is. */
  cancelSome(random: Random): void {
    const running = [...this.#parts.world.history.records.values()].filter(
      ({ state }) => state === 'running',
    );
    if (running.length > 0) this.#later(0, () => this.#cancel(random.pick(running).id));
  }

  /** What is asked for is drawn from a source of its own; what happens on the way is not. */
  async #oneRun(index: number, random: Random): Promise<void> {
    const { world } = this.#parts;
    const client = random.pick(this.#clients);
    const request = drawRequest(random, world.profile, this.#parts.pools);
    const key = random.chance(0.7) ? `key-${index}` : null;
    const again = key !== null && random.chance(0.3);
    const [cancels, watches, retries] = [random.chance(0.4), random.chance(0.6), random.chance(0.3)];
    if (world.profile.crowded && random.chance(0.2))
      return await this.#oneGroup(client, { request, index, random });
    const run = await client.submit(request, key);
    if (key !== null && again) await this.#submitAgain(client, { request, key, run });
    if (cancels) this.#later(this.#soon(), () => this.#cancel(run.id));
    if (watches) this.#later(this.#soon(), () => this.#watch(run.id));
    const finished = await client.wait(run.id);
    if (retries) await this.#retry(client, finished);
  }

  /** On every agent of the fleet that has the labels. */
  async #oneGroup(
    client: Client,
    {
      request,
      index,
      random,
    }: { readonly request: RunCreate; readonly index: number; readonly random: Random },
  ): Promise<void> {
    const run = { ...request, pool: this.#parts.pools.at(-1) };
    const atOnce = random.chance(0.5) ? { atOnce: 1 } : {};
    const maxFailures = random.chance(0.5) ? { maxFailures: 0 } : {};
    const group = { run, ...atOnce, ...maxFailures };
    const runs = await client.submitGroup(group, `group-${index}`);
    if (random.chance(0.3)) this.#later(this.#soon(), () => this.#cancel(random.pick(runs).id));
    for (const { id } of runs) await client.wait(id);
  }

  async #submitAgain(
    client: Client,
    { request, key, run }: { readonly request: RunCreate; readonly key: string; readonly run: RunRecord },
  ): Promise<void> {
    const again = await client.submit(request, key);
    if (again.id === run.id) return;
    this.#parts.world.trace.fail(2, 'SIM-KEY-2', `${key} was answered with ${run.id} and with ${again.id}`);
  }

  /** Perhaps first kindly and then at once, as somebody who presses Ctrl-C twice. */
  async #cancel(runId: string): Promise<void> {
    const { world } = this.#parts;
    const client = world.random.pick(this.#clients);
    world.history.wishesFor(runId).canceled += 1;
    const signal = world.random.pick(['INT', 'TERM'] as const);
    await client.ask(runId, (now) => ({ kind: 'cancel', signal, kill: world.random.chance(0.2), now }));
    if (world.random.chance(0.3))
      await client.ask(runId, (now) => ({ kind: 'cancel', signal, kill: true, now }));
  }

  async #retry(client: Client, run: RunRecord): Promise<void> {
    const { history } = this.#parts.world;
    // Counted where it arrives: one whose answer is lost is asked for again, and may find the next attempt finished already.
    await client.ask(run.id, (now) => {
      history.wishesFor(run.id).retried += 1;
      return { kind: 'retry', endedAt: null, now };
    });
    await client.wait(run.id);
  }

  /** The attempt that is present at the time, once there is one. */
  async #watch(runId: string): Promise<void> {
    const { world, process, logs } = this.#parts;
    const client = world.random.pick(this.#clients);
    const present = (): RunRecord | undefined => world.history.records.get(runId);
    while (present()?.token === 0 && present()?.state !== 'finished') await process.sleep(500);
    const token = present()?.token ?? 0;
    if (token > 0) await follow(client, logs, { runId, token });
  }

  #soon(): number {
    const { random } = this.#parts.world;
    return random.between(0, random.pick([100, 3_000, 30_000]));
  }

  #later(ms: number, act: () => Promise<void>): void {
    this.open += 1;
    const done = (): void => {
      this.open -= 1;
    };
    const fail = (error: unknown): void => {
      this.#parts.world.trace.fail(
        5,
        'SIM-CLIENT-1',
        `somebody was answered with an error: ${String(error)}`,
      );
    };
    this.#parts.process.after(ms, 'act', () => void act().catch(fail).finally(done));
  }
}

function drawRequest(random: Random, profile: Profile, pools: readonly string[]): RunCreate {
  const timeout = random.chance(0.15) ? { timeout: random.between(50, 20_000) } : {};
  const retry = random.chance(profile.retrying)
    ? {
        retry: {
          attempts: random.between(1, 3),
          on: ['failed', 'timed_out', 'lost'] as const,
          backoff: random.between(0, 5_000),
        },
      }
    : {};
  const pool = random.pick(pools);
  return {
    command: ['virtual', JSON.stringify(drawScript(random, profile.patient))],
    env: {},
    secretEnv: {},
    pool,
    queueTimeout: random.pick([20_000, 60_000, 150_000]),
    grace: random.pick([0, 500, 5_000]),
    maxLog: random.pick([30, 150, 1_000_000]),
    keepChildren: false,
    tags: [],
    labels:
      profile.crowded && pool === pools.at(-1) ? random.pick([{}, {}, { os: 'linux' }, { zone: 'a' }]) : {},
    ...(random.chance(0.5)
      ? { concurrencyKey: random.pick(['a', 'b']), concurrency: random.between(1, 2) }
      : {}),
    priority: random.between(-1, 1),
    caller: false,
    ...timeout,
    ...(retry as object),
  };
}
