import type { RunRecord } from '@errand/core';
import type { CompiledQuery } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changingColumns } from './row.ts';

/** Replaces the version before; changes no row where another version is stored. */
export function saveRun({ queries }: Dialect, run: RunRecord): CompiledQuery {
  return queries
    .updateTable('runs')
    .set(changingColumns(run))
    .where('id', '=', run.id)
    .where('version', '=', run.version - 1)
    .compile();
}
