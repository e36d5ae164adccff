import { createContext, Script } from 'node:vm';

/** Thrown where the work took longer than it may. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Thrown where the machine had no time for the work. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
}

/** On a machine that had no time for us the clock runs without the work; that is not the fault of the work. */
const MOST_TRIES = 5;
/** A look for garbage in a large memory, in the middle of the work, is not its fault either. */
const PAUSE_MS = 200;

const holder: { work: (() => unknown) | null } = { work: null };
const context = createContext(holder);
const entry = new Script('work()');

/**
 * Does the work, or breaks it off after `ms`, wherever it is: in a loop of our own, or inside of a regular expression that goes astray. A pattern in
 * a schema is somebody else's program; this bounds it without reading it. The work may be begun again, so a repeat must do no harm. Only time in which this
 * thread computed counts against it: throws a DeadlineError then, and a StalledError where there was none.
 */
export function underDeadline<Result>(ms: number, work: () => Result): Result {
  for (let tries = 1; ; tries++) {
    const before = process.threadCpuUsage();
    try {
      return limited(tries === 1 ? ms : ms + PAUSE_MS, work);
    } catch (error) {
      if (!isTimeout(error)) throw error;
      const { user, system } = process.threadCpuUsage(before);
      const worked = (user + system) / 1_000 >= ms / 2;
      if (worked && (tries > 1 || ms > PAUSE_MS))
        throw new DeadlineError(`the work took longer than ${ms} ms`, { cause: error });
      if (tries === MOST_TRIES)
        throw new StalledError('the machine had no time for the work', { cause: error });
    }
  }
}

function limited<Result>(ms: number, work: () => Result): Result {
  const before = holder.work;
  holder.work = work;
  try {
    return entry.runInContext(context, { timeout: ms }) as Result;
  } finally {
    holder.work = before;
  }
}

/** The error comes from the other context, whose classes are not ours. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
