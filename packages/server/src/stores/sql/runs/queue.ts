import { type ClaimQuery, hasLabels, LABEL_LANE, labelsOfLane, type RunRecord } from '@errand/core';
import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { rowsOf, type Work } from '../executor.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { RECORD_COLUMNS, type RecordRow } from './row.ts';

/** A place in the order of a queue. */
export type Turn = Pick<RunRecord, 'priority' | 'queuedAt' | 'id'>;

/** The order in which queued runs are served. */
export function byTurn(a: Turn, b: Turn): number {
  return b.priority - a.priority || a.queuedAt - b.queuedAt || (a.id < b.id ? -1 : 1);
}

interface LaneQuery extends Pick<ClaimQuery, 'pool' | 'now' | 'limit'> {
  readonly wanted: string;
}

/** The first runs of a lane that claims may meet, behind `after` where it is given. */
export function headOfLane(
  dialect: Dialect,
): (query: LaneQuery, after: Turn | null) => ReturnType<Prepared<LaneQuery, RecordRow>> {
  const first = prepared((query: LaneQuery) => laneStatement(dialect, query));
  const behind = prepared((query: LaneQuery & Turn) =>
    laneStatement(dialect, query).where(
      sql<boolean>`(priority < ${query.priority} or (priority = ${query.priority} and (queued_at, id) > (${query.queuedAt}, ${query.id})))`,
    ),
  );
  return (query, after) => {
    if (after === null) return first(query);
    const { priority, queuedAt, id } = after;
    return behind({ ...query, priority, queuedAt, id });
  };
}

function laneStatement({ queries, skipsLocked }: Dialect, { pool, wanted, now, limit }: LaneQuery) {
  const query = queries
    .selectFrom('runs')
    .select(RECORD_COLUMNS)
    // Written out, not parameters: else no planner uses the partial index.
    .where('state', '=', sql.lit('queued'))
    .where('parked', '=', sql.lit(''))
    .where('pool', '=', pool)
    .where('wanted', '=', wanted)
    .where('not_before', '<=', now)
    .orderBy('priority', 'desc')
    .orderBy('queued_at')
    .orderBy('id')
    .limit(limit);
  return skipsLocked ? query.forUpdate().skipLocked() : query;
}

type Served = Pick<ClaimQuery, 'pool' | 'agentId' | 'labels' | 'now'>;

/**
 * The lanes that the agent may take runs from. A long queue in another lane costs it nothing, however many runs stand there.
 */
export function lanesOf(dialect: Dialect): (query: Served) => Work<readonly string[]> {
  const labelLanes = labelLanesStatement(dialect);
  return function* lanes({ pool, agentId, labels }) {
    const plain = ['', agentId] as const;
    if (Object.keys(labels).length === 0) return plain;
    const rows = yield* rowsOf(labelLanes({ pool }));
    const fitting = rows.flatMap(({ wanted }) => (hasLabels(labels, labelsOfLane(wanted)) ? [wanted] : []));
    return [...plain, ...fitting];
  };
}

/** Every agent serves two lanes: that of anybody, and its own. */
export const PLAIN_LANES = 2;

/** Each lane of labels in which somebody waits: by leaps along the index, whose entries are many and whose lanes are few. */
export function labelLanesStatement({
  queries,
}: Dialect): Prepared<{ readonly pool: string }, { readonly wanted: string }> {
  return prepared(({ pool }) => {
    const least = sql`select min(wanted) from runs where state = 'queued' and parked = '' and pool = ${pool}`;
    const text = sql<{ readonly wanted: string }>`
      with recursive lanes (lane) as (
        ${least} and wanted >= ${sql.lit(LABEL_LANE)}
        union all
        select (${least} and wanted > lanes.lane) from lanes where lanes.lane is not null
      )
      select lane as wanted from lanes where lane is not null`;
    return { compile: () => text.compile(queries) };
  });
}

/** Whether anything waits in the lanes of which every agent has two: for anybody, and for itself. */
export function anyQueued({ queries }: Dialect): Prepared<Served, { readonly id: string }> {
  return prepared(({ pool, agentId, now }) =>
    queries
      .selectFrom('runs')
      .select('id')
      .where('state', '=', sql.lit('queued'))
      .where('parked', '=', sql.lit(''))
      .where('pool', '=', pool)
      .where('wanted', 'in', ['', agentId])
      .where('not_before', '<=', now)
      .limit(1),
  );
}
