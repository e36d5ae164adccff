import { ErrandError } from '@errand/core/vocabulary';
import { CompiledQuery } from 'kysely';
import type { Dialect } from './dialect.ts';
import { changedBy, type Executor, rowsOf, type Work } from './executor.ts';
import { MIGRATIONS, type Migration } from './migrations/index.ts';

/** Brings the tables to the version of this program. Refuses a database that a newer program has written. */
export async function migrate(
  executor: Executor,
  dialect: Dialect,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await executor.transact(() => steps(dialect, migrations));
}

function* steps(dialect: Dialect, migrations: readonly Migration[]): Work<void> {
  if (dialect.migrationLock !== null) yield* rowsOf(CompiledQuery.raw(dialect.migrationLock));
  yield* changedBy(
    CompiledQuery.raw(
      `create table if not exists meta (name ${dialect.textType} primary key, value text not null)`,
    ),
  );
  const version = yield* storedVersion(dialect);
  if (version > migrations.length) throw tooNew(version, migrations.length);
  for (const { statements } of migrations.slice(version)) {
    for (const statement of statements(dialect)) yield* changedBy(CompiledQuery.raw(statement));
  }
  if (version < migrations.length) yield* writeVersion(dialect, migrations.length);
}

function* storedVersion({ queries }: Dialect): Work<number> {
  const query = queries.selectFrom('meta').select('value').where('name', '=', 'schema_version');
  const [row] = yield* rowsOf(query.compile());
  return row === undefined ? 0 : Number(row.value);
}

function* writeVersion({ queries }: Dialect, version: number): Work<void> {
  const value = String(version);
  const query = queries
    .insertInto('meta')
    .values({ name: 'schema_version', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }));
  yield* changedBy(query.compile());
}

function tooNew(stored: number, known: number): ErrandError {
  return new ErrandError(
    'unavailable',
    `this database was written by a newer errand (its tables have version ${stored}, this program knows ${known}); use that version or another data folder`,
  );
}
