import type { Idempotency, InsertedRun, RunRecord } from '@errand/core';
import { ErrandError } from '@errand/core/vocabulary';
import type { Dialect } from '../dialect.ts';
import { changedBy, rowsOf, type Work } from '../executor.ts';
import { newRow } from './row.ts';
import { termsOf } from './terms.ts';

/** Adds a run, or finds the one that the same idempotency key made before. */
export function* insertRun(
  dialect: Dialect,
  run: RunRecord,
  idempotency: Idempotency | null,
): Work<InsertedRun> {
  const { queries } = dialect;
  const row = queries
    .insertInto('runs')
    .values(newRow(run, idempotency))
    .onConflict((conflict) =>
      conflict
        .columns(['created_by', 'idempotency_key'])
        .where('idempotency_key', 'is not', null)
        .doNothing(),
    );
  const added = yield* changedBy(row.compile());
  if (added === 0 && idempotency !== null) return yield* earlierRun(dialect, run.createdBy, idempotency.key);
  const terms = termsOf(run).map((term) => ({ term, created_at: run.createdAt, run_id: run.id }));
  yield* changedBy(queries.insertInto('run_terms').values(terms).compile());
  return { kind: 'inserted' };
}

function* earlierRun({ queries }: Dialect, createdBy: string, key: string): Work<InsertedRun> {
  const query = queries
    .selectFrom('runs')
    .select(['id', 'fingerprint'])
    .where('created_by', '=', createdBy)
    .where('idempotency_key', '=', key);
  const [earlier] = yield* rowsOf(query.compile());
  if (earlier === undefined)
    throw new ErrandError(
      'unavailable',
      'the run of this idempotency key was removed just now; send the request again',
    );
  return { kind: 'repeated', runId: earlier.id, fingerprint: earlier.fingerprint ?? '' };
}
