import type { HeldCount, OpenCount } from '@errand/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { RECORD_COLUMNS, type RecordRow } from './row.ts';

export function runById({ queries }: Dialect): Prepared<{ id: string }, RecordRow> {
  return prepared(({ id }) => queries.selectFrom('runs').select(RECORD_COLUMNS).where('id', '=', id));
}

export function dueRuns({ queries }: Dialect): Prepared<{ now: number; limit: number }, RecordRow> {
  return prepared(({ now, limit }) =>
    queries
      .selectFrom('runs')
      .select(RECORD_COLUMNS)
      .where('wake_at', '<=', now)
      .orderBy('wake_at')
      .orderBy('id')
      .limit(limit),
  );
}

export function runsHeldBy({ queries }: Dialect): Prepared<{ agentId: string }, RecordRow> {
  return prepared(({ agentId }) =>
    queries.selectFrom('runs').select(RECORD_COLUMNS).where('held_by', '=', agentId).orderBy('id'),
  );
}

export function runsFinishedBefore({
  queries,
}: Dialect): Prepared<{ before: number; limit: number }, RecordRow> {
  return prepared(({ before, limit }) =>
    queries
      .selectFrom('runs')
      .select(RECORD_COLUMNS)
      .where('finished_at', '<', before)
      .orderBy('finished_at')
      .orderBy('id')
      .limit(limit),
  );
}

export function heldCounts({ queries }: Dialect): CompiledQuery<HeldCount> {
  return queries
    .selectFrom('runs')
    .select(({ fn }) => [sql<string>`held_by`.as('agentId'), fn.countAll<number>().as('count')])
    .where('held_by', 'is not', null)
    .groupBy('held_by')
    .orderBy('held_by')
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
