import { DatabaseSync } from 'node:sqlite';
import type { Store } from '@errand/core';
import { openSqlStore } from './sql-store.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { readSqliteError } from './sqlite-error.ts';
import { type Defer, SqliteExecutor } from './sqlite-executor.ts';

export interface SqliteStoreOptions {
  /** A file (made if absent), `:memory:`, or an open database, which then stays open when the store is closed. */
  readonly database: string | DatabaseSync;
  /** When the writes of a turn are committed; `setImmediate` if not given. */
  readonly defer?: Defer;
}

export interface SqliteStore extends Store {
  /** As if the process had been killed: see {@link SqliteExecutor.crash}. For tests and the simulator. */
  crash(): void;
}

/**
 * The store on SQLite. One process at a time may write to a file: the owner of the data folder. Committed writes survive a loss of power
 * too (`synchronous = full`), because a fencing token that is taken back would be given out twice.
 */
export async function openSqliteStore({ database, defer }: SqliteStoreOptions): Promise<SqliteStore> {
  const db = typeof database === 'string' ? openDatabase(database) : database;
  const executor = new SqliteExecutor(db, defer ?? ((commit) => void setImmediate(commit)));
  try {
    const store = await openSqlStore(executor, sqliteDialect);
    return {
      ...store,
      crash: () => executor.crash(),
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        if (typeof database === 'string' && db.isOpen) db.close();
      },
    };
  } catch (error) {
    if (typeof database === 'string') db.close();
    throw error;
  }
}

/** Waiting for a lock stops the whole process; nobody but a back-up should ever hold one. */
const BUSY_MS = 1_000;

/**
 * The defaults for memory (2 MB) and for the length of the write-ahead log (4 MB) are those of a telephone: a store of a million runs would
 * read the same pages again and again, and copy them into the database every few hundred writes.
 */
const PRAGMAS = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma cache_size = -16000;
  pragma wal_autocheckpoint = 4000;
  pragma journal_size_limit = 67108864;
`;

function openDatabase(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path, { timeout: BUSY_MS });
    db.exec(PRAGMAS);
    return db;
  } catch (error) {
    throw readSqliteError(error);
  }
}
