import { type DatabaseSync } from 'node:sqlite';
import type { Clock, Ids, Store } from '@errand/core';
import {
  createServices,
  inProcessLink,
  openSqliteStore,
  Reconciler,
  type Services,
  type SqliteStore,
} from '@errand/server/testing';
import { type Machine, WALL_START } from '../machine/machine.ts';
import { observedLink } from '../machine/observed-link.ts';
import { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';
import { lossyNotifier } from './lossy-notifier.ts';
import type { Serving } from './network.ts';
import type { SimulatedLogs } from './simulated-logs.ts';
import { slowed } from './slowed.ts';

export interface ControlPlaneParts {
  readonly world: World;
  readonly database: DatabaseSync;
  readonly logs: SimulatedLogs;
  /** Where it runs, with the agent of its own. */
  readonly machine: Machine;
  readonly onCommit: () => void;
}

/** Jumps and stalls that are shorter are of no consequence. */
const NOTICED_MS = 5_000;

/** The production control plane over parts that can be killed, started again, stalled and lied to about the time. */
export class ControlPlane {
  process: VirtualProcess | undefined;
  readonly #parts: ControlPlaneParts;
  readonly #ids: Ids;
  #services: Services | undefined;
  /** How far its wall clock is off. */
  #offset = 0;
  #awayUntil = 0;

  constructor(parts: ControlPlaneParts) {
    this.#parts = parts;
    this.#ids = countingIds();
  }

  /** Starts it unless it runs or is away. */
  start(): void {
    const { trace, history, timeline } = this.#parts.world;
    if (this.process?.alive === true || this.#awayUntil > timeline.now || this.#parts.machine.isAsleep)
      return;
    trace.note('server starts');
    history.disturbedAt = timeline.now;
    const process = new VirtualProcess('server', timeline);
    this.process = process;
    this.#services = undefined;
    this.#boot(process).catch((error: unknown) => {
      if (process.alive) trace.fail(5, 'SIM-SERVER-1', `it does not start: ${String(error)}`);
    });
  }

  kill(): void {
    this.process?.kill();
  }

  /** Dies and is not started again for so long. */
  away(ms: number): void {
    const { trace, timeline } = this.#parts.world;
    trace.note(`server is away for ${ms} ms`);
    this.#awayUntil = timeline.now + ms;
    this.kill();
  }

  jump(ms: number): void {
    const { trace, history, timeline } = this.#parts.world;
    trace.note(`server clock jumps by ${ms} ms`);
    this.#offset += ms;
    if (Math.abs(ms) > NOTICED_MS) history.disturbedAt = timeline.now;
  }

  stall(ms: number): void {
    const { history, timeline } = this.#parts.world;
    this.process?.stall(ms);
    if (ms > NOTICED_MS) history.disturbedAt = timeline.now + ms;
  }

  now(): number {
    return WALL_START + this.#parts.world.timeline.now + this.#offset;
  }

  serve<Value>(act: Serving<Value>, signal: AbortSignal): Promise<Value> {
    const [process, services] = [this.process, this.#services];
    if (process?.alive !== true || services === undefined)
      return Promise.reject(new Error('connection refused'));
    return new Promise((resolve, reject) => {
      const forget = process.onKill(() => reject(new Error('connection reset')));
      // A stalled process takes the request when it goes on.
      process.after(0, 'takes a request', () => {
        void act(services, signal).then(resolve, reject).finally(forget);
      });
    });
  }

  async #boot(process: VirtualProcess): Promise<void> {
    const { world, database, logs, machine } = this.#parts;
    let opened: SqliteStore | undefined;
    process.onKill(() => {
      world.trace.note('server dies');
      opened?.crash();
      if (database.isTransaction) database.exec('rollback');
      this.#parts.onCommit();
    });
    opened = await openSqliteStore({ database, defer: (commit) => this.#commitLater(process, commit) });
    const clock: Clock = {
      now: () => this.now(),
      steady: () => world.timeline.now,
      sleep: (ms, signal) => process.sleep(ms, signal),
    };
    const store = guardedStore(world, opened, process);
    const notifier = lossyNotifier(() => !process.alive || world.random.chance(world.profile.pulseLost));
    const own = { id: machine.agentId, agent: null };
    const services = createServices({
      version: '0',
      store,
      logs: logs.open(process),
      clock,
      ids: this.#ids,
      notifier,
      sealer: { seal: (plain) => plain, unseal: (sealed) => sealed, sign: (text) => text },
      making: null,
      sockets: '/s',
      own,
      stays: false,
      shutDown: () => {},
    });
    this.#services = services;
    const reconciler = new Reconciler({ ...store, notifier, clock });
    void reconciler.run(new AbortController().signal, (error) =>
      world.trace.fail(2, 'SIM-SERVER-2', `a tick of the reconciler failed: ${String(error)}`),
    );
    const link = observedLink(world, machine, inProcessLink(services, machine.agentId));
    machine.startAgent(process, process.guard(link, ['grew']));
  }

  #commitLater(process: VirtualProcess, commit: () => void): void {
    const { random, profile } = this.#parts.world;
    process.after(random.between(0, profile.commitMs), 'commits', () => {
      commit();
      this.#parts.onCommit();
    });
  }
}

function guardedStore(world: World, store: SqliteStore, process: VirtualProcess): Store {
  const { random, profile } = world;
  const pause = (): Promise<void> => process.sleep(random.between(0, profile.storeMs));
  const guarded = <Port extends object>(port: Port): Port =>
    process.guard(profile.storeMs === 0 ? port : slowed(port, pause), []);
  const { runs, agents, keys, scripts, groups } = store;
  return {
    ...store,
    runs: guarded(runs),
    agents: guarded(agents),
    keys: guarded(keys),
    scripts: guarded(scripts),
    groups: guarded(groups),
  };
}

/** Ids that differ for ever and are the same in every simulation of a seed. */
function countingIds(): Ids {
  let count = 0;
  return {
    next: (prefix, now) => {
      count += 1;
      return `${prefix}_${now.toString(36).padStart(10, '0')}${count.toString(36).padStart(16, '0')}`;
    },
    secret: () => 'secret',
  };
}
