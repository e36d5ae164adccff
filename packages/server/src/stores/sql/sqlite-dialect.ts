import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Schema } from './schema.ts';

/** SQLite: one writing process, so nothing is ever locked by another. */
export const sqliteDialect: Dialect = {
  queries: new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  textType: 'text',
  clustered: ' without rowid',
  skipsLocked: false,
  gateLock: null,
  time: null,
  migrationLock: null,
};
