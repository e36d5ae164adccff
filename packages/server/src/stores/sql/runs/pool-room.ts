import type { PoolSettings } from '@errand/core';
import { CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { rowsOf, type Work } from '../executor.ts';
import { prepared } from '../prepared.ts';

export type PoolLimits = Pick<PoolSettings, 'paused' | 'limit' | 'limitPerKey'>;

/** What the statements of a claim know of its pool. */
export interface PoolRoom {
  /** The settings, which stay as they are until the end of the transaction. */
  limits(pool: string): Work<PoolLimits>;
  /** How many runs of it are held. */
  held(pool: string): Work<number>;
  /** Waits until nobody else counts what is held in the pool. To be called after rows of queued runs were locked, if any are. */
  lock(pool: string): Work<void>;
}

export function poolRoom(dialect: Dialect): PoolRoom {
  const { gateLock } = dialect;
  const settings = settingsStatement(dialect);
  const count = heldStatement(dialect);
  return {
    *limits(pool) {
      const [row] = yield* rowsOf(settings({ pool }));
      if (row === undefined) return { paused: false, limit: null, limitPerKey: null };
      return { paused: row.paused === 1, limit: row.run_limit, limitPerKey: row.key_limit };
    },
    *held(pool) {
      const [row] = yield* rowsOf(count({ pool }));
      return row?.held ?? 0;
    },
    *lock(pool) {
      if (gateLock !== null) yield* rowsOf(CompiledQuery.raw(gateLock, [pool]));
    },
  };
}

function settingsStatement({ queries, skipsLocked }: Dialect) {
  return prepared(({ pool }: { readonly pool: string }) => {
    const query = queries
      .selectFrom('pools')
      .select(['paused', 'run_limit', 'key_limit'])
      .where('name', '=', pool);
    return skipsLocked ? query.forShare() : query;
  });
}

/** Written out as the partial index has it. */
export const HELD = sql<boolean>`state <> 'finished' and state in ('leased', 'running')`;

function heldStatement({ queries }: Dialect) {
  return prepared(({ pool }: { readonly pool: string }) =>
    queries
      .selectFrom('runs')
      .select(({ fn }) => fn.countAll<number>().as('held'))
      .where('pool', '=', pool)
      .where(HELD),
  );
}
