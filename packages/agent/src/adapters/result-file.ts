import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { errorCode } from '../keeper/error-code.ts';
import type { ReportedResult } from '../ports.ts';
import { RESULT_BYTES, resultFrom, tooLong } from '../reported-result.ts';

/** More is not needed to say what is wrong. */
const PROBLEM_BYTES = 2_000;

/** What a command has left in its result file, or a module host beside it. The command may have put anything there, so nothing is followed or waited for. */
export function readResultFile(path: string): ReportedResult | null {
  const problem = readPlainFile(problemPath(path), PROBLEM_BYTES);
  if (problem !== null && 'bytes' in problem) return { problem: problem.bytes.toString() };
  const read = readPlainFile(path, RESULT_BYTES);
  if (read === null || 'problem' in read) return read;
  return read.size > RESULT_BYTES ? tooLong(read.size) : resultFrom(read.bytes);
}

/** Repeatable. */
export function removeResultFile(path: string): void {
  for (const file of [path, problemPath(path)]) {
    try {
      if (isThere(file)) unlinkSync(file);
    } catch {
      // A folder of that name harms nobody.
    }
  }
}

/** Most commands report nothing, and an error made for each would cost more than the question. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Beside a result file: what is wrong with the result, in the words of whoever brought it. */
export function problemPath(path: string): string {
  return `${path}.problem`;
}

type Read = { readonly bytes: Buffer; readonly size: number } | { readonly problem: string };

function readPlainFile(path: string, limit: number): Read | null {
  if (!isThere(path)) return null;
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return null;
    const why = code === 'ELOOP' ? 'it is a symbolic link' : `it cannot be opened (${code ?? String(error)})`;
    return { problem: why };
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return { problem: 'it is not a plain file' };
    const bytes = Buffer.alloc(Math.min(stat.size, limit));
    return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)), size: stat.size };
  } finally {
    closeSync(file);
  }
}
