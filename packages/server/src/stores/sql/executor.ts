import type { CompiledQuery } from 'kysely';

/**
 * Runs compiled statements: the one thing in which the databases differ in kind. Everything a resolved promise speaks of is durable
 * and visible to every later call.
 *
 * Failures: ErrandError `unavailable` where the database does not answer or has no room, `conflict` where something of the same
 * identity exists already; anything else is a defect and is passed on as it is.
 */
export interface Executor {
  /** One statement that only reads. */
  read<Row>(query: CompiledQuery<Row>): Promise<readonly Row[]>;
  /** One statement that writes, by itself. */
  write<Row>(query: CompiledQuery<Row>): Promise<Answer<Row>>;
  /** Several statements that count together or not at all. Whatever the work throws undoes its own statements and nobody else's. */
  transact<Result>(work: () => Work<Result>): Promise<Result>;
  /** Waits for what is under way; afterwards every call rejects. */
  close(): Promise<void>;
}

/** What a statement did: the rows it returned, and how many it changed. */
export interface Answer<Row = unknown> {
  readonly rows: readonly Row[];
  readonly changed: number;
}

/**
 * The statements of one transaction, as a generator that yields each statement and is resumed with its answer. So the same text runs
 * without a pause on a database within this process and across a network on another. It may be run again from the start, so it
 * must touch nothing but the database.
 */
export type Work<Result> = Generator<CompiledQuery, Result, Answer>;

/** A step of some work that returns rows. */
export function* rowsOf<Row>(query: CompiledQuery<Row>): Work<readonly Row[]> {
  const answer = yield query;
  return answer.rows as readonly Row[];
}

/** A step of some work that returns how many rows it changed. */
export function* changedBy(query: CompiledQuery): Work<number> {
  const answer = yield query;
  return answer.changed;
}
