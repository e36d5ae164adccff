import { type Gate, gatesOf, hasFailedEnough, laneOf, type RunRecord } from '@errand/core';
import { changedBy, rowsOf, type Work } from '../executor.ts';
import { countsOf, type GateStatements } from './gate-statements.ts';
import type { PoolLimits, PoolRoom } from './pool-room.ts';
import { byTurn } from './queue.ts';
import { recordOf } from './row.ts';

/** What keeps a run in the queue. `gate` null: its group has failed. */
export interface Closed {
  readonly gate: (Gate & { readonly held: number }) | null;
}

export interface GatesParts {
  readonly statements: GateStatements;
  readonly room: PoolRoom;
  readonly pool: string;
  readonly limits: PoolLimits;
}

/**
 * The gates of one pool during one transaction. Who is held is counted once for each gate, and by itself from there on.
 *
 * Runs before a closed gate are set aside, under its name, so that no claim walks past them again. For each gate and lane this holds: either the gate is
 * closed to the first of those set aside, or a run of the same gate and lane is in the open. So whoever leaves brings back one, that one the next.
 */
export class Gates {
  readonly #parts: GatesParts;
  readonly #counts = new Map<string, Held>();
  /** Gates and lanes of runs that are about to be set aside. */
  readonly #behind = new Set<string>();
  #locked = false;

  constructor(parts: GatesParts) {
    this.#parts = parts;
  }

  /** From here to the end of the transaction nobody else counts. */
  *lock(): Work<void> {
    if (this.#locked) return;
    yield* this.#parts.room.lock(this.#parts.pool);
    this.#locked = true;
  }

  /** What holds the run back; null: nothing. With `look` without waiting for those who count. */
  *closedTo(run: RunRecord, look = false): Work<Closed | null> {
    const gates = gatesOf(run, this.#parts.limits);
    const maxFailures = run.group?.maxFailures ?? null;
    if (gates.length === 0 && maxFailures === null) return null;
    if (!look) yield* this.lock();
    if (run.group !== null && maxFailures !== null && (yield* this.#hasFailed(run))) return { gate: null };
    for (const gate of gates) {
      const { held, least } = yield* this.#held(gate);
      if (held < Math.min(gate.limit, least) && !(yield* this.#isBehind(run, gate))) continue;
      this.#behind.add(placeOf(run, gate));
      return { gate: { ...gate, held } };
    }
    return null;
  }

  /** The run went through all of its gates. Others may follow it. */
  *passed(run: RunRecord): Work<boolean> {
    const gates = gatesOf(run, this.#parts.limits);
    for (const gate of gates) {
      const { held, least } = yield* this.#held(gate);
      this.#counts.set(gate.name, { held: held + 1, least: Math.min(least, gate.limit) });
    }
    return yield* this.#bringBackAll(gates);
  }

  /** Runs leave the open for the place before a closed gate. True: others came into the open instead of them. */
  *setAside(gate: Gate, runs: readonly RunRecord[]): Work<boolean> {
    const { statements, limits } = this.#parts;
    yield* changedBy(
      statements.park(
        gate.name,
        runs.map(({ id }) => id),
      ),
    );
    const others = runs.flatMap((run) => gatesOf(run, limits).filter(({ name }) => name !== gate.name));
    return yield* this.#bringBackAll(others);
  }

  /** Brings back the first of each lane that was set aside before the gate, if it is open to that one. */
  *bringBack(name: string): Work<boolean> {
    const { statements, limits } = this.#parts;
    yield* this.lock();
    let any = false;
    for (const run of yield* this.#firstOfEachLane(name)) {
      const gate = gatesOf(run, limits).find((each) => each.name === name);
      if (gate !== undefined && !(yield* this.#isOpen(gate))) continue;
      yield* changedBy(statements.unpark({ id: run.id, gate: name }));
      any = true;
    }
    return any;
  }

  *#firstOfEachLane(gate: string): Work<readonly RunRecord[]> {
    const { statements, pool } = this.#parts;
    const runs = (yield* rowsOf(statements.firstParked({ pool, gate, wanted: '' }))).map(recordOf);
    for (;;) {
      const last = runs.at(-1);
      const wanted = last === undefined ? '' : laneOf(last);
      const [next] = yield* rowsOf(statements.firstOfNextLane({ pool, gate, wanted }));
      if (next === undefined) return runs;
      runs.push(recordOf(next));
    }
  }

  *#bringBackAll(gates: readonly Gate[]): Work<boolean> {
    let any = false;
    const names = new Set(gates.filter(({ kind }) => PARKS[kind]).map(({ name }) => name));
    for (const name of names) if (yield* this.bringBack(name)) any = true;
    return any;
  }

  *#isOpen(gate: Gate): Work<boolean> {
    const { held, least } = yield* this.#held(gate);
    return held < Math.min(gate.limit, least);
  }

  *#held(gate: Gate): Work<Held> {
    const known = this.#counts.get(gate.name);
    if (known !== undefined) return known;
    const [row] = yield* rowsOf(countsOf(this.#parts.statements, gate, this.#parts.pool));
    const counted = { held: row?.held ?? 0, least: row?.least ?? Number.POSITIVE_INFINITY };
    this.#counts.set(gate.name, counted);
    return counted;
  }

  /** With limits of their own, one with a large limit would pass by one with a small one that waits. */
  *#isBehind(run: RunRecord, gate: Gate): Work<boolean> {
    if (gate.kind !== 'concurrency') return false;
    if (this.#behind.has(placeOf(run, gate))) return true;
    const { statements, pool } = this.#parts;
    const [row] = yield* rowsOf(statements.firstParked({ pool, gate: gate.name, wanted: laneOf(run) }));
    return row !== undefined && byTurn(recordOf(row), run) < 0;
  }

  *#hasFailed(run: RunRecord): Work<boolean> {
    const [row] = yield* rowsOf(this.#parts.statements.failed({ group: run.group?.id ?? '' }));
    return hasFailedEnough(run, row?.failed ?? 0);
  }
}

function placeOf(run: RunRecord, { name }: Gate): string {
  return `${name} ${laneOf(run)}`;
}

/** How many runs are held behind a gate, and the smallest limit that one of them brought along. */
interface Held {
  readonly held: number;
  readonly least: number;
}

/** Runs of a group each stand in their agent's lane, where no claim of others meets them: setting them aside would cost more than it saves. */
export const PARKS: Readonly<Record<Gate['kind'], boolean>> = { key: true, concurrency: true, group: false };
