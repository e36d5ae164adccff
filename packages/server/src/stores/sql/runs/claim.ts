import type { ClaimQuery, RunRecord } from '@errand/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, rowsOf, type Work } from '../executor.ts';
import { prepared } from '../prepared.ts';
import { RECORD_COLUMNS, recordOf } from './row.ts';
import { saveRun } from './save.ts';

export type ClaimRuns = (query: ClaimQuery, lease: (run: RunRecord) => RunRecord | null) => Work<RunRecord[]>;

/**
 * Takes runs off the queue of a pool. Those for any agent and those for this one lie in two places of the index, so that a long queue
 * for an agent that is away costs the others nothing.
 */
export function claimRuns(dialect: Dialect): ClaimRuns {
  const queued = prepared((query: QueuedQuery) => queuedStatement(dialect, query));
  const save = saveRun(dialect);
  return function* claim(query, lease) {
    const forAny = yield* rowsOf(queued({ ...query, wanted: '' }));
    const forThis = yield* rowsOf(queued({ ...query, wanted: query.agentId }));
    const inOrder = [...forAny, ...forThis].map(recordOf).sort(byTurn);
    const taken: RunRecord[] = [];
    for (const run of inOrder.slice(0, query.limit)) {
      const leased = lease(run);
      if (leased === null) continue;
      const saved = yield* changedBy(save(leased));
      if (saved === 1) taken.push(leased);
    }
    return taken;
  };
}

/** Whether anything waits that the agent may serve: most polls find nothing, and a look costs a fraction of a transaction. */
export function anyQueued(dialect: Dialect): (query: ClaimQuery) => CompiledQuery<{ readonly id: string }> {
  return prepared(({ pool, agentId, now }: ClaimQuery) =>
    dialect.queries
      .selectFrom('runs')
      .select('id')
      .where('state', '=', sql.lit('queued'))
      .where('pool', '=', pool)
      .where('wanted', 'in', ['', agentId])
      .where('not_before', '<=', now)
      .limit(1),
  );
}

interface QueuedQuery extends Pick<ClaimQuery, 'pool' | 'now' | 'limit'> {
  readonly wanted: string;
}

function queuedStatement({ queries, skipsLocked }: Dialect, { pool, wanted, now, limit }: QueuedQuery) {
  const query = queries
    .selectFrom('runs')
    .select(RECORD_COLUMNS)
    // Written out, not a parameter: else no planner uses the partial index.
    .where('state', '=', sql.lit('queued'))
    .where('pool', '=', pool)
    .where('wanted', '=', wanted)
    .where('not_before', '<=', now)
    .orderBy('priority', 'desc')
    .orderBy('queued_at')
    .orderBy('id')
    .limit(limit);
  return skipsLocked ? query.forUpdate().skipLocked() : query;
}

function byTurn(a: RunRecord, b: RunRecord): number {
  return b.priority - a.priority || a.queuedAt - b.queuedAt || (a.id < b.id ? -1 : 1);
}
