import type { Store } from '@errand/core';
import { Pool, types } from 'pg';
import { postgresDialect } from './postgres-dialect.ts';
import { PostgresExecutor } from './postgres-executor.ts';
import { openSqlStore } from './sql-store.ts';

export interface PostgresStoreOptions {
  /** As in `postgres://user:password@host:5432/database?sslmode=require`. */
  readonly url: string;
  /** Most connections at a time; 10 if not given. */
  readonly connections?: number;
}

/** How long a caller waits for a connection before it is told that the database does not answer. */
const CONNECT_MS = 5_000;

/** Type number of `bigint` in PostgreSQL. */
const BIGINT = 20;

/** The store on PostgreSQL; any number of processes may share a database. */
export async function openPostgresStore({ url, connections = 10 }: PostgresStoreOptions): Promise<Store> {
  const executor = new PostgresExecutor(
    new Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: CONNECT_MS,
      types: { getTypeParser },
    }),
  );
  try {
    return await openSqlStore(executor, postgresDialect);
  } catch (error) {
    await executor.close();
    throw error;
  }
}

/** Times and counts are far below 2^53; everything else as the driver does it. */
function getTypeParser(type: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return type === BIGINT ? Number : types.getTypeParser(type, format);
}
