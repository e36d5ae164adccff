import { ErrandError } from '@errand/core/vocabulary';
import { CompiledQuery } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import type { Answer, Executor, Work } from './executor.ts';
import { isPassing, readPostgresError } from './postgres-error.ts';

/**
 * PostgreSQL over a pool. No session state: every transaction begins and ends on one client and leaves nothing behind, so a pooler may
 * stand in between.
 *
 * Tried a second time is only what has surely not counted: a read, a transaction that failed before its commit was sent, a
 * write for which no connection could be had. Where a commit got no answer nobody knows, and the caller is told so.
 */
export class PostgresExecutor implements Executor {
  readonly #pool: Pool;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | null = null;

  constructor(pool: Pool) {
    this.#pool = pool;
    // A connection that breaks while nobody uses it is simply replaced by the pool.
    pool.on('error', () => undefined);
    // One that breaks in use fails its query, which says so; its event, with nobody listening, would end the process.
    pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async read<Row>(query: CompiledQuery<Row>): Promise<readonly Row[]> {
    return (await this.#twice(() => this.#one<Row>(query), isPassing)).rows;
  }

  write<Row>(query: CompiledQuery<Row>): Promise<Answer<Row>> {
    return this.#twice(() => this.#one<Row>(query), isUnsent);
  }

  transact<Result>(work: () => Work<Result>): Promise<Result> {
    return this.#twice(() => this.#transaction(work()), isUndone);
  }

  close(): Promise<void> {
    // The pool would refuse its connections to what waits for one.
    this.#closed ??= Promise.allSettled(this.#underWay).then(() => this.#pool.end());
    return this.#closed;
  }

  async #twice<Result>(act: () => Promise<Result>, isHarmless: (error: unknown) => boolean): Promise<Result> {
    if (this.#closed !== null) throw new ErrandError('unavailable', 'the store is closed');
    const result = act().catch((error: unknown) => {
      if (!isHarmless(error)) throw error;
      return act();
    });
    this.#underWay.add(result);
    try {
      return await result;
    } catch (error) {
      throw readPostgresError(error);
    } finally {
      this.#underWay.delete(result);
    }
  }

  async #one<Row>(query: CompiledQuery): Promise<Answer<Row>> {
    const client = await this.#connect();
    try {
      const answer = await run<Row>(client, query);
      client.release();
      return answer;
    } catch (error) {
      client.release(isPassing(error));
      throw error;
    }
  }

  async #transaction<Result>(work: Work<Result>): Promise<Result> {
    const client = await this.#connect();
    let sent = false;
    try {
      await run(client, BEGIN);
      const result = await drive(client, work);
      sent = true;
      await run(client, COMMIT);
      client.release();
      return result;
    } catch (error) {
      await rollBack(client);
      throw sent ? error : new Undone(error);
    }
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw new Unsent(error);
    }
  }
}

/** No connection: nothing was sent. */
class Unsent extends Error {
  constructor(cause: unknown) {
    super('no connection', { cause });
  }
}

/** The transaction failed before its commit was sent, so it did not count. */
class Undone extends Error {
  constructor(cause: unknown) {
    super('rolled back', { cause });
  }
}

function isUnsent(error: unknown): boolean {
  return error instanceof Unsent;
}

function isUndone(error: unknown): boolean {
  return isUnsent(error) || (error instanceof Undone && isPassing(error.cause));
}

const BEGIN = CompiledQuery.raw('begin');
const COMMIT = CompiledQuery.raw('commit');
const ROLLBACK = CompiledQuery.raw('rollback');

async function drive<Result>(client: PoolClient, work: Work<Result>): Promise<Result> {
  let step = work.next();
  while (!step.done) step = work.next(await run(client, step.value));
  return step.value;
}

async function run<Row>(client: PoolClient, { sql, parameters }: CompiledQuery): Promise<Answer<Row>> {
  const { rows, rowCount } = await client.query({ text: sql, values: [...parameters] });
  return { rows, changed: rowCount ?? 0 };
}

/** A client that cannot even roll back is not used again. */
async function rollBack(client: PoolClient): Promise<void> {
  await run(client, ROLLBACK).then(
    () => client.release(),
    () => client.release(true),
  );
}
