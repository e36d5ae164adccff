import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { ErrandError } from '@errand/core/vocabulary';
import type { CompiledQuery } from 'kysely';
import type { Answer, Executor, Work } from './executor.ts';
import { readSqliteError } from './sqlite-error.ts';
import { StatementCache } from './statement-cache.ts';

/** Calls the function at the end of the present turn of the event loop. */
export type Defer = (commit: () => void) => void;

/**
 * SQLite within this process. Statements run at once, in the order of the calls; what is grouped is the commit, which costs a write to
 * the disk: the first write of a turn opens a transaction, the turn's end commits it, and only then are the callers answered. A read
 * within an open group saw what is not yet durable, so it is answered with the group too.
 *
 * The work of each caller is wrapped in a savepoint: what one caller undoes is nobody else's loss.
 */
export class SqliteExecutor implements Executor {
  readonly #db: DatabaseSync;
  readonly #defer: Defer;
  readonly #statements: StatementCache;
  #group: Group | null = null;
  #life: 'open' | 'closed' | 'crashed' = 'open';

  constructor(db: DatabaseSync, defer: Defer) {
    this.#db = db;
    this.#defer = defer;
    this.#statements = new StatementCache(db);
  }

  read<Row>(query: CompiledQuery<Row>): Promise<readonly Row[]> {
    return this.#call(() => {
      const { rows } = this.#run<Row>(query);
      return this.#group === null ? Promise.resolve(rows) : this.#group.committed.then(() => rows);
    });
  }

  write<Row>(query: CompiledQuery<Row>): Promise<Answer<Row>> {
    return this.#inGroup(() => this.#run<Row>(query));
  }

  transact<Result>(work: () => Work<Result>): Promise<Result> {
    return this.#inGroup(() => {
      this.#exec('savepoint work');
      try {
        const result = this.#drive(work());
        this.#exec('release work');
        return result;
      } catch (error) {
        this.#undoWork();
        throw error;
      }
    });
  }

  close(): Promise<void> {
    if (this.#life !== 'open') return Promise.resolve();
    const last = this.#group;
    this.#commit();
    this.#life = 'closed';
    // Its callers were told if the last commit failed.
    return last === null ? Promise.resolve() : last.committed.catch(() => undefined);
  }

  /** As if the process had been killed now: what is not committed is gone, and no call, earlier or later, is ever answered. */
  crash(): void {
    this.#life = 'crashed';
    this.#group = null;
    if (this.#db.isTransaction) this.#db.exec('rollback');
  }

  #call<Result>(answer: () => Promise<Result>): Promise<Result> {
    if (this.#life === 'crashed') return new Promise(() => undefined);
    if (this.#life === 'closed') return Promise.reject(new ErrandError('unavailable', 'the store is closed'));
    try {
      return answer();
    } catch (error) {
      return Promise.reject(readSqliteError(error));
    }
  }

  #inGroup<Result>(run: () => Result): Promise<Result> {
    return this.#call(() => {
      const group = this.#openGroup();
      try {
        const result = run();
        return group.committed.then(() => result);
      } catch (error) {
        this.#dropGroupIfUndone(error);
        throw error;
      }
    });
  }

  #openGroup(): Group {
    if (this.#group !== null) return this.#group;
    this.#exec('begin immediate');
    const group = newGroup();
    this.#group = group;
    this.#defer(() => {
      if (this.#group === group) this.#commit();
    });
    return group;
  }

  #commit(): void {
    const group = this.#group;
    if (group === null) return;
    this.#group = null;
    try {
      this.#exec('commit');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('rollback');
      group.reject(readSqliteError(error));
      return;
    }
    group.resolve();
  }

  /** Some failures, a full disk among them, make SQLite undo the whole transaction; then the others of the group have lost their work too. */
  #dropGroupIfUndone(error: unknown): void {
    if (this.#db.isTransaction) return;
    this.#group?.reject(readSqliteError(error));
    this.#group = null;
  }

  #undoWork(): void {
    if (!this.#db.isTransaction) return;
    this.#exec('rollback to work');
    this.#exec('release work');
  }

  #drive<Result>(work: Work<Result>): Result {
    let step = work.next();
    while (!step.done) step = work.next(this.#run(step.value));
    return step.value;
  }

  #exec(text: string): void {
    this.#statements.get(text).statement.run();
  }

  #run<Row>({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>): Answer<Row> {
    const { statement, returnsRows } = this.#statements.get(sql);
    const values = parameters as SQLInputValue[];
    if (!returnsRows) return { rows: [], changed: Number(statement.run(...values).changes) };
    const rows = statement.all(...values) as Row[];
    return { rows, changed: rows.length };
  }
}

interface Group {
  readonly committed: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (why: Error) => void;
}

function newGroup(): Group {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Where the only caller of a group has failed by itself, nobody listens to the fate of the group.
  promise.catch(() => undefined);
  return { committed: promise, resolve, reject };
}
