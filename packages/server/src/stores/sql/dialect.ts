import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** How a database differs from the others, as data. */
export interface Dialect {
  /** Builds statements; never executes them, that is the executor's. */
  readonly queries: Kysely<Schema>;
  /** Type of a text column that compares byte by byte. */
  readonly textType: string;
  /** Ending of a `create table` whose rows should lie in the order of the primary key. */
  readonly clustered: string;
  /** Can a reader lock the rows it found and pass over those that others hold? Where there is one writer nobody needs to. */
  readonly skipsLocked: boolean;
  /** A statement that makes those who count what is held in a pool (its parameter) wait for each other until the end of the transaction. */
  readonly gateLock: string | null;
  /** A statement that answers the time of the database as `ms`; null where it is the time of this process. */
  readonly time: string | null;
  /** A statement that makes concurrent migrations wait for each other until the end of the transaction. */
  readonly migrationLock: string | null;
}
