import { ErrandError } from '@errand/core/vocabulary';

/** Serialization failure, deadlock: the database undid one transaction so that others could go on. */
const UNDONE = new Set(['40001', '40P01']);

/** Classes of SQLSTATE: connection lost, no resources (a full disk among them), stopped by its operator, input or output failed. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);

/** Read only, for instance a replica that was not promoted yet. */
const READ_ONLY = '25006';
const DOUBLE = '23505';

/** Might the same succeed on another connection or at another moment? */
export function isPassing(error: unknown): boolean {
  const cause = innermost(error);
  const code = codeOf(cause);
  return UNDONE.has(code) || isConnection(cause, code);
}

/** The error a caller sees for one of PostgreSQL's or of the network's; anything else stays as it is. */
export function readPostgresError(error: unknown): unknown {
  const cause = innermost(error);
  const code = codeOf(cause);
  if (code === DOUBLE)
    return new ErrandError('conflict', 'something with this identity exists already', { cause });
  if (UNDONE.has(code) || code === READ_ONLY || UNAVAILABLE_CLASSES.has(code.slice(0, 2)))
    return new ErrandError('unavailable', `the database cannot do this now: ${messageOf(cause)}`, { cause });
  if (isConnection(cause, code))
    return new ErrandError('unavailable', `the database does not answer: ${messageOf(cause)}`, { cause });
  return cause;
}

/** The driver's own errors of a broken connection carry no code; those of the system have a `syscall`. */
function isConnection(error: unknown, code: string): boolean {
  if (!(error instanceof Error) || error instanceof ErrandError) return false;
  if (code.startsWith('08') || code.startsWith('57P') || 'syscall' in error) return true;
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/.test(
    error.message,
  );
}

function innermost(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ErrandError || error.cause === undefined) return error;
  return innermost(error.cause);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || codeOf(error) : String(error);
}
