import type { PoolRecord, PoolSettings, RemovedPool } from '@errand/core';
import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, rowsOf, type Work } from '../executor.ts';
import { poolOf, settingsRow } from './row.ts';

/** What was set aside for a limit may go by another one now. */
export function* setPool(
  { queries }: Dialect,
  name: string,
  settings: Partial<PoolSettings>,
): Work<PoolRecord | null> {
  const columns = settingsRow(settings);
  if (Object.keys(columns).length > 0) {
    yield* changedBy(queries.updateTable('pools').set(columns).where('name', '=', name).compile());
  }
  const [row] = yield* rowsOf(queries.selectFrom('pools').selectAll().where('name', '=', name).compile());
  if (row === undefined) return null;
  if (settings.limitPerKey !== undefined) {
    const aside = queries.updateTable('runs').set({ parked: '' }).where('pool', '=', name);
    const queued = aside.where('state', '=', sql.lit('queued')).where('parked', '<>', sql.lit(''));
    yield* changedBy(queued.compile());
  }
  return poolOf(row);
}

export function* removePool({ queries }: Dialect, name: string): Work<RemovedPool> {
  const count = sql<number>`count(*)`.as('count');
  const agents = queries.selectFrom('agents').select(count).where('pool', '=', name);
  const runs = queries
    .selectFrom('runs')
    .select(count)
    .where('pool', '=', name)
    .where('state', '<>', sql.lit('finished'));
  const [[ofAgents], [ofRuns]] = [yield* rowsOf(agents.compile()), yield* rowsOf(runs.compile())];
  const used = { agents: ofAgents?.count ?? 0, runs: ofRuns?.count ?? 0 };
  if (used.agents + used.runs > 0) return { kind: 'used', ...used };
  yield* changedBy(queries.deleteFrom('join_tokens').where('pool', '=', name).compile());
  const removed = yield* changedBy(queries.deleteFrom('pools').where('name', '=', name).compile());
  return { kind: removed === 0 ? 'unknown' : 'removed' };
}
