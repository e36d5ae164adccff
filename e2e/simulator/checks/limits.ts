import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { concurrencyGate, hasLabels, type RunRecord } from '@errand/core';
import { labelsOf } from '../machine/labels.ts';
import type { World } from '../world.ts';
import { isHeld, QueueOrder } from './queue.ts';

interface PoolRow {
  readonly name: string;
  readonly paused: number;
  readonly limit: number | null;
  readonly limitPerKey: number | null;
}

/** Holds every commit against what may be held at once, and against who was to be served first. */
export class Limits {
  readonly #world: World;
  readonly #order: QueueOrder;
  readonly #readPools: StatementSync;
  readonly #readAside: StatementSync;
  #pools: readonly PoolRow[] = [];
  #aside: ReadonlySet<string> = new Set();

  constructor(world: World, database: DatabaseSync) {
    this.#world = world;
    this.#order = new QueueOrder(world);
    this.#readPools = database.prepare(
      'select name, paused, run_limit as "limit", key_limit as limitPerKey from pools',
    );
    this.#readAside = database.prepare(`select id from runs where state = 'queued' and parked <> ''`);
  }

  /** `changes`: the runs that the commit changed, as they were and as they are. */
  look(changes: readonly { readonly before: RunRecord | undefined; readonly after: RunRecord }[]): void {
    const pools = this.#readPools.all() as unknown as PoolRow[];
    const aside = new Set((this.#readAside.all() as { id: string }[]).map(({ id }) => id));
    const roomOf = (pool: string): PoolRow[] =>
      [...this.#pools, ...pools].filter(({ name }) => name === pool);
    const changed = new Set(changes.map(({ after }) => after.id));
    const all = { changed, aside: new Set([...aside, ...this.#aside]), room: [] };
    for (const { before, after } of changes) {
      if (!isHeld(after) || before?.token === after.token) continue;
      this.#checkRoom(after, roomOf(after.pool));
      this.#order.check({ ...all, run: after, room: roomOf(after.pool) });
    }
    this.#order.look({ ...all, aside }, roomOf);
    [this.#pools, this.#aside] = [pools, aside];
  }

  /** `room`: the settings before the commit and after it. */
  #checkRoom(run: RunRecord, room: readonly PoolRow[]): void {
    const { history, trace } = this.#world;
    const held = [...history.records.values()].filter((each) => each.pool === run.pool && isHeld(each));
    const check = (what: string, runs: readonly RunRecord[], most: number): void => {
      if (runs.length <= most) return;
      trace.fail(2, 'SIM-LIMIT-1', `${runs.length} runs are held under ${what}, which allows ${most}`);
    };
    const most = (limits: readonly (number | null)[]): number =>
      Math.max(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY));
    if (room.every(({ paused }) => paused === 1))
      trace.fail(2, 'SIM-PAUSE-1', `${run.id} was given out by ${run.pool}, which is paused`);
    check(`the pool ${run.pool}`, held, most(room.map(({ limit }) => limit)));
    const key = held.filter(({ createdBy }) => createdBy === run.createdBy);
    check(run.createdBy, key, most(room.map(({ limitPerKey }) => limitPerKey)));
    const gate = concurrencyGate(run);
    const same = gate === null ? [] : held.filter((each) => concurrencyGate(each) === gate);
    check(gate ?? '', same, Math.min(...same.map(({ concurrency }) => concurrency?.limit ?? 0)));
    const group = run.group === null ? [] : held.filter((each) => each.group?.id === run.group?.id);
    check(`the group ${run.group?.id}`, group, run.group?.atOnce ?? Number.POSITIVE_INFINITY);
    if (
      !hasLabels(
        labelsOf(this.#world.profile, run.attempt?.agentId ?? ''),
        run.agentId === null ? run.labels : {},
      )
    )
      trace.fail(2, 'SIM-LABEL-1', `${run.id} was given to ${run.attempt?.agentId} without its labels`);
  }
}
