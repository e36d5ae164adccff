import type { OpenCount } from '@errand/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { RECORD_COLUMNS, type RecordRow } from './row.ts';

export function runById({ queries }: Dialect, id: string): CompiledQuery<RecordRow> {
  return queries.selectFrom('runs').select(RECORD_COLUMNS).where('id', '=', id).compile();
}

export function dueRuns({ queries }: Dialect, now: number, limit: number): CompiledQuery<RecordRow> {
  return queries
    .selectFrom('runs')
    .select(RECORD_COLUMNS)
    .where('wake_at', '<=', now)
    .orderBy('wake_at')
    .orderBy('id')
    .limit(limit)
    .compile();
}

export function runsHeldBy({ queries }: Dialect, agentId: string): CompiledQuery<RecordRow> {
  return queries
    .selectFrom('runs')
    .select(RECORD_COLUMNS)
    .where('held_by', '=', agentId)
    .orderBy('id')
    .compile();
}

export function runsFinishedBefore(
  { queries }: Dialect,
  before: number,
  limit: number,
): CompiledQuery<RecordRow> {
  return queries
    .selectFrom('runs')
    .select(RECORD_COLUMNS)
    .where('finished_at', '<', before)
    .orderBy('finished_at')
    .orderBy('id')
    .limit(limit)
    .compile();
}

export function openCounts({ queries }: Dialect): CompiledQuery<OpenCount> {
  return queries
    .selectFrom('runs')
    .select(({ fn }) => [
      'pool',
      sql<OpenCount['state']>`state`.as('state'),
      fn.countAll<number>().as('count'),
    ])
    .where('state', '<>', sql.lit('finished'))
    .groupBy(['pool', 'state'])
    .orderBy('pool')
    .orderBy('state')
    .compile();
}
