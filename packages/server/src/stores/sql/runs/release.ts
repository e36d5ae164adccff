import { concurrencyGate, type GateRef, keyGate, type RunRecord, type Swept } from '@errand/core';
import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Executor, Work } from '../executor.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { gateStatements } from './gate-statements.ts';
import { Gates } from './gates.ts';
import { poolRoom } from './pool-room.ts';

/** How runs that were set aside come back. */
export interface Releasing {
  release(run: RunRecord): Promise<boolean>;
  sweep(after: GateRef | null, limit: number): Promise<Swept>;
}

export function releasing(executor: Executor, dialect: Dialect): Releasing {
  const waiting = waitingStatement(dialect);
  const next = nextGateStatement(dialect);
  const bringBack = bringBackAt(dialect);
  return {
    release: async (run) => {
      const { pool } = run;
      const names = [keyGate(run), concurrencyGate(run) ?? ''] as const;
      const [row] = await executor.read(waiting({ pool, key: names[0], concurrency: names[1] }));
      const limited = row?.limited != null || run.group?.atOnce != null;
      if (row?.parked == null) return limited;
      const gates = names.map((name) => ({ pool, name }));
      return (await executor.transact(() => bringBack(gates))) || limited;
    },
    sweep: async (after, limit) => {
      const gates: GateRef[] = [];
      for (let last = after; gates.length < limit; ) {
        const [row] = await executor.read(next(last ?? { pool: '', name: '' }));
        if (row === undefined) break;
        last = row;
        gates.push({ ...row });
      }
      const pools = new Set<string>();
      for (const gate of gates) if (await executor.transact(() => bringBack([gate]))) pools.add(gate.pool);
      return { pools: [...pools], last: gates.length < limit ? null : (gates.at(-1) ?? null) };
    },
  };
}

/** All of one pool. */
function bringBackAt(dialect: Dialect): (gates: readonly GateRef[]) => Work<boolean> {
  const room = poolRoom(dialect);
  const statements = gateStatements(dialect);
  return function* bringBack(gates) {
    const pool = gates[0]?.pool ?? '';
    const visit = new Gates({ statements, room, pool, limits: yield* room.limits(pool) });
    let any = false;
    for (const { name } of gates) if (name !== '' && (yield* visit.bringBack(name))) any = true;
    return any;
  };
}

interface Leaving {
  readonly pool: string;
  readonly key: string;
  readonly concurrency: string;
}

interface WaitingRow {
  readonly limited: number | null;
  readonly parked: number | null;
}

/** In one look, because every run that ends asks it: does its pool have a limit, and is anybody set aside before its gates? */
function waitingStatement({ queries }: Dialect): Prepared<Leaving, WaitingRow> {
  return prepared(({ pool, key, concurrency }) => {
    const text = sql<WaitingRow>`select
      (select run_limit from pools where name = ${pool}) as limited,
      (select 1 from runs where state = 'queued' and parked <> '' and pool = ${pool} and parked in (${key}, ${concurrency})
        limit 1) as parked`;
    return { compile: () => text.compile(queries) };
  });
}

function nextGateStatement({ queries }: Dialect): Prepared<GateRef, GateRef> {
  return prepared(({ pool, name }) => {
    const text = sql<GateRef>`select pool, parked as name from runs
      where state = 'queued' and parked <> '' and (pool, parked) > (${pool}, ${name})
      order by pool, parked limit 1`;
    return { compile: () => text.compile(queries) };
  });
}
