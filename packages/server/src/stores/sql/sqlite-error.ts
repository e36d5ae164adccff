import { ErrandError } from '@errand/core/vocabulary';

/** SQLITE_FULL */
const FULL = 13;

/** Primary result codes of SQLite that say something about the machine, not about the statement. */
const UNAVAILABLE: Readonly<Record<number, string>> = {
  5: 'another process is writing to the database',
  6: 'the database is locked',
  8: 'the database cannot be written to',
  10: 'the disk of the database failed',
  11: 'the database file is damaged',
  [FULL]: 'the disk of the database is full',
  14: 'the database file cannot be opened',
  26: 'the file is not a database',
};

/** SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE. */
const DOUBLE = new Set([1555, 2067]);

/** The error a caller sees for one of SQLite's; anything that is none of SQLite's stays as it is. */
export function readSqliteError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const code = 'errcode' in error ? Number(error.errcode) : Number.NaN;
  if (DOUBLE.has(code))
    return new ErrandError('conflict', 'something with this identity exists already', { cause: error });
  // The low byte is the primary code.
  const why = UNAVAILABLE[code & 0xff];
  return why === undefined ? error : new ErrandError('unavailable', why, { cause: error });
}

/** Could it not be written because there is no space left? */
export function isDiskFull(error: unknown): boolean {
  const cause = error instanceof ErrandError ? error.cause : error;
  return cause instanceof Error && 'errcode' in cause && (Number(cause.errcode) & 0xff) === FULL;
}
