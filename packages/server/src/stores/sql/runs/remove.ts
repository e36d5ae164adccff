import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, rowsOf, type Work } from '../executor.ts';
import { recordOf } from './row.ts';
import { termsOf } from './terms.ts';

/** Few enough that a group of writes does not hold up the event loop. */
export const REMOVED_AT_ONCE = 100;

/** Forgets those of these runs that have finished, with all they are found by. */
export function* removeRuns({ queries }: Dialect, ids: readonly string[]): Work<void> {
  const query = queries
    .deleteFrom('runs')
    .where('id', 'in', ids)
    .where('state', '=', sql.lit('finished'))
    .returning(['request', 'doc']);
  const removed = (yield* rowsOf(query.compile())).map(recordOf);
  for (const run of removed) {
    const terms = queries
      .deleteFrom('run_terms')
      .where('term', 'in', termsOf(run))
      .where('created_at', '=', run.createdAt)
      .where('run_id', '=', run.id);
    yield* changedBy(terms.compile());
  }
  const gone = removed.map(({ id }) => id);
  if (gone.length > 0)
    yield* changedBy(queries.deleteFrom('run_results').where('run_id', 'in', gone).compile());
}
