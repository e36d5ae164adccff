import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Lists of varying length give ever new texts; the common ones number a few dozen. */
const MOST = 256;

export interface Prepared {
  readonly statement: StatementSync;
  /** Does it answer with rows? Only its columns tell. */
  readonly returnsRows: boolean;
}

/** Prepared statements by their text; the one that was not used for longest makes room. */
export class StatementCache {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known !== undefined) this.#prepared.delete(text);
    const prepared = known ?? this.#prepare(text);
    this.#prepared.set(text, prepared);
    const [oldest] = this.#prepared.size > MOST ? this.#prepared.keys() : [];
    if (oldest !== undefined) this.#prepared.delete(oldest);
    return prepared;
  }

  #prepare(text: string): Prepared {
    const statement = this.#db.prepare(text);
    return { statement, returnsRows: statement.columns().length > 0 };
  }
}
