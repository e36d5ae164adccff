import type { RunRecord, RunResult } from '@errand/core';
import type { Dialect } from '../dialect.ts';
import { changedBy, type Work } from '../executor.ts';
import { type Prepared, prepared } from '../prepared.ts';
import type { RunResultsTable } from '../schema.ts';
import { saveRun } from './save.ts';

/** As `saveRun`, with the result of the attempt in the same transaction. Answers how many records were replaced. */
export function saveRunWithResult(dialect: Dialect): (run: RunRecord, result: RunResult) => Work<number> {
  const save = saveRun(dialect);
  const put = prepared((row: RunResultsTable) =>
    dialect.queries
      .insertInto('run_results')
      .values({ run_id: row.run_id, token: row.token, json: row.json })
      .onConflict((conflict) =>
        conflict.column('run_id').doUpdateSet((eb) => ({
          token: eb.ref('excluded.token'),
          json: eb.ref('excluded.json'),
        })),
      ),
  );
  return function* saveBoth(run, { token, json }) {
    const changed = yield* changedBy(save(run));
    if (changed === 1) yield* changedBy(put({ run_id: run.id, token, json }));
    return changed;
  };
}

export function resultOfRun({ queries }: Dialect): Prepared<{ runId: string }, RunResult> {
  return prepared(({ runId }) =>
    queries.selectFrom('run_results').select(['token', 'json']).where('run_id', '=', runId),
  );
}
