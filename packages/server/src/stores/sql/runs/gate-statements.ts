import { type Gate, keyOfGate } from '@errand/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { HELD } from './pool-room.ts';
import { RECORD_COLUMNS, type RecordRow } from './row.ts';

interface HeldRow {
  readonly held: number;
  readonly least?: number | null;
}

interface ParkedLane {
  readonly pool: string;
  readonly gate: string;
  readonly wanted: string;
}

/** How gates ask the database. */
export interface GateStatements {
  readonly heldByKind: Readonly<Record<Gate['kind'], Prepared<HeldOf, HeldRow>>>;
  readonly failed: Prepared<{ readonly group: string }, { readonly failed: number }>;
  /** The first run of a lane that was set aside before the gate. */
  readonly firstParked: Prepared<ParkedLane, RecordRow>;
  /** The same of the first lane behind this one. */
  readonly firstOfNextLane: Prepared<ParkedLane, RecordRow>;
  readonly park: (gate: string, ids: readonly string[]) => CompiledQuery;
  readonly unpark: Prepared<{ readonly id: string; readonly gate: string }>;
}

interface HeldOf {
  readonly pool: string;
  readonly name: string;
}

/** How many runs are held behind a gate. */
export function countsOf({ heldByKind }: GateStatements, gate: Gate, pool: string): CompiledQuery<HeldRow> {
  const name = gate.kind === 'key' ? keyOfGate(gate.name) : gate.name;
  return heldByKind[gate.kind]({ pool, name });
}

export function gateStatements(dialect: Dialect): GateStatements {
  const { queries } = dialect;
  return {
    heldByKind: heldStatements(dialect),
    failed: prepared(({ group }) =>
      queries
        .selectFrom('runs')
        .select(({ fn }) => fn.countAll<number>().as('failed'))
        .where('group_id', '=', group)
        .where('state', '=', sql.lit('finished'))
        .where('status', 'in', [sql.lit('failed'), sql.lit('timed_out'), sql.lit('lost')]),
    ),
    firstParked: prepared((lane: ParkedLane) => parkedStatement(dialect, lane, '=')),
    firstOfNextLane: prepared((lane: ParkedLane) => parkedStatement(dialect, lane, '>')),
    park: (gate, ids) =>
      queries
        .updateTable('runs')
        .set({ parked: gate })
        .where('id', 'in', ids)
        .where('state', '=', sql.lit('queued'))
        .compile(),
    unpark: prepared(({ id, gate }) =>
      queries.updateTable('runs').set({ parked: '' }).where('id', '=', id).where('parked', '=', gate),
    ),
  };
}

function heldStatements({ queries }: Dialect): GateStatements['heldByKind'] {
  const held = queries.selectFrom('runs').select(({ fn }) => fn.countAll<number>().as('held'));
  return {
    key: prepared(({ pool, name }) =>
      held.where('pool', '=', pool).where(HELD).where('created_by', '=', name),
    ),
    concurrency: prepared(({ pool, name }) =>
      held
        .select(({ fn }) => fn.min<number | null>('concurrency_limit').as('least'))
        .where('held_by', 'is not', null)
        .where('concurrency', 'is not', null)
        .where('pool', '=', pool)
        .where('concurrency', '=', name),
    ),
    group: prepared(({ name }) => held.where('group_id', '=', name).where(HELD)),
  };
}

function parkedStatement(
  { queries, skipsLocked }: Dialect,
  { pool, gate, wanted }: ParkedLane,
  which: '=' | '>',
) {
  const query = queries
    .selectFrom('runs')
    .select(RECORD_COLUMNS)
    .where('state', '=', sql.lit('queued'))
    .where('parked', '<>', sql.lit(''))
    .where('pool', '=', pool)
    .where('parked', '=', gate)
    .where('wanted', which, wanted)
    .orderBy('wanted')
    .orderBy('priority', 'desc')
    .orderBy('queued_at')
    .orderBy('id')
    .limit(1);
  // One that is being changed leaves the queue, or comes into the open by that change.
  return skipsLocked ? query.forUpdate().skipLocked() : query;
}
