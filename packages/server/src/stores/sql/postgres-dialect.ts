import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Schema } from './schema.ts';

/** PostgreSQL 12 or newer, also behind a pooler: nothing here outlives a transaction. */
export const postgresDialect: Dialect = {
  queries: new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
  textType: 'text collate "C"',
  clustered: '',
  skipsLocked: true,
  // As below, the number is arbitrary.
  gateLock: 'select pg_advisory_xact_lock(721304599, hashtext($1))',
  time: 'select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms',
  // The number is arbitrary; it only has to be the same for every version of this program.
  migrationLock: 'select pg_advisory_xact_lock(7213045998)',
};
