import { concurrencyGate, gatesOf, hasFailedEnough, laneOf, type RunRecord } from '@errand/core';
import type { World } from '../world.ts';

/** What a claim was allowed to hold, as it is committed. */
export interface Room {
  readonly limitPerKey: number | null;
}

/** One lease among everything that one commit made durable. */
export interface Leasing {
  readonly run: RunRecord;
  readonly room: readonly Room[];
  /** All runs that the commit changed. */
  readonly changed: ReadonlySet<string>;
  /** Runs that stand aside, before a gate that was closed. */
  readonly aside: ReadonlySet<string>;
}

/** How long one that was set aside may stand there after its gate has opened: the end of another brings it back, at the latest a tick. */
const ASIDE_MS = 15_000;

/** No run with a right to be served is overtaken by a later one of its lane. In doubt, where one commit did several things, it had none. */
export class QueueOrder {
  readonly #world: World;
  /** Since when those that stand aside could be served. */
  readonly #openSince = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  /** After every commit. */
  look(all: Omit<Leasing, 'run'>, roomOf: (pool: string) => readonly Room[]): void {
    const { history, timeline } = this.#world;
    for (const id of this.#openSince.keys()) if (!all.aside.has(id)) this.#openSince.delete(id);
    for (const id of all.aside) {
      const run = history.records.get(id);
      if (run === undefined) continue;
      if (!this.#mayGo(run, { ...all, run, room: roomOf(run.pool) })) this.#openSince.delete(id);
      else if (!this.#openSince.has(id)) this.#openSince.set(id, timeline.now);
    }
  }

  check(leasing: Leasing): void {
    const { history, trace } = this.#world;
    const { run, changed } = leasing;
    for (const other of history.records.values()) {
      const waited = other.state === 'queued' && !changed.has(other.id) && sharesLane(other, run);
      if (!waited || !isBefore(other, run) || other.notBefore > (run.attempt?.leasedAt ?? 0)) continue;
      if (!this.#mayGo(other, leasing) || !this.#isInTheOpen(other, leasing)) continue;
      trace.fail(2, 'SIM-QUEUE-1', `${run.id} was served before ${other.id}, which came first`);
    }
  }

  #isInTheOpen({ id }: RunRecord, { aside }: Leasing): boolean {
    if (!aside.has(id)) return true;
    const { timeline, history } = this.#world;
    const since = Math.max(this.#openSince.get(id) ?? timeline.now, history.disturbedAt);
    return timeline.now - since > ASIDE_MS;
  }

  /** Are all of its gates open, the one that was served not counted? */
  #mayGo(run: RunRecord, { run: served, room, changed }: Leasing): boolean {
    const records = [...this.#world.history.records.values()].filter(({ id }) => id !== served.id);
    const failed = records.filter(({ group, state }) => group?.id === run.group?.id && state === 'finished');
    if (hasFailedEnough(run, failed.length)) return false;
    return room.every((limits) =>
      gatesOf(run, limits).every(({ kind, limit }) => {
        const same = records.filter((each) => each.id !== run.id && SHARES[kind](each, run));
        if (same.some(({ id }) => changed.has(id))) return false;
        const held = same.filter(isHeld);
        const limits = kind === 'concurrency' ? held.map((each) => each.concurrency?.limit ?? limit) : [];
        const waits = (each: RunRecord): boolean =>
          each.state === 'queued' && sharesLane(each, run) && isBefore(each, run);
        return held.length < Math.min(limit, ...limits) && !(kind === 'concurrency' && same.some(waits));
      }),
    );
  }
}

export function isHeld({ state }: RunRecord): boolean {
  return state === 'leased' || state === 'running';
}

type Shares = (a: RunRecord, b: RunRecord) => boolean;

const SHARES: Readonly<Record<ReturnType<typeof gatesOf>[number]['kind'], Shares>> = {
  key: (a, b) => a.pool === b.pool && a.createdBy === b.createdBy,
  concurrency: (a, b) => a.pool === b.pool && concurrencyGate(a) === concurrencyGate(b),
  group: (a, b) => a.group?.id === b.group?.id,
};

function sharesLane(a: RunRecord, b: RunRecord): boolean {
  return a.id !== b.id && a.pool === b.pool && laneOf(a) === laneOf(b);
}

/** Of the same priority, or of a higher one. */
function isBefore(a: RunRecord, b: RunRecord): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.queuedAt === b.queuedAt ? a.id < b.id : a.queuedAt < b.queuedAt;
}
