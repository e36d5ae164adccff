import type { ClaimQuery } from '@errand/core';
import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Executor } from '../executor.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { anyQueued, labelLanesStatement } from './queue.ts';

/**
 * Whether a claim may find something: most polls find nothing, or a pool that lets nobody in, and a look costs a fraction of a transaction. What it answers may
 * be over a moment later, so it decides nothing.
 */
export function looksWorthwhile(
  executor: Executor,
  dialect: Dialect,
): (query: ClaimQuery) => Promise<boolean> {
  const queued = anyQueued(dialect);
  const labelLanes = labelLanesStatement(dialect);
  const closed = closedStatement(dialect);
  const someWait = async (query: ClaimQuery): Promise<boolean> => {
    if ((await executor.read(queued(query))).length > 0) return true;
    const hasNoLabels = Object.keys(query.labels).length === 0;
    return !hasNoLabels && (await executor.read(labelLanes(query))).length > 0;
  };
  return async (query) => (await someWait(query)) && (await executor.read(closed(query))).length === 0;
}

/** A row where the pool is paused or has no room. */
function closedStatement({ queries }: Dialect): Prepared<Pick<ClaimQuery, 'pool'>> {
  return prepared(({ pool }) => {
    const text = sql`select 1 as closed from pools where name = ${pool} and (paused = 1 or run_limit <= (
      select count(*) from runs where pool = ${pool} and state <> 'finished' and state in ('leased', 'running')))`;
    return { compile: () => text.compile(queries) };
  });
}
