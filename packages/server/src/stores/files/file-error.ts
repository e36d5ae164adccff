import { ErrandError } from '@errand/core/vocabulary';

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** The error a caller sees for one of the file system's; anything else stays as it is. */
export function readFileError(error: unknown): unknown {
  const why = UNAVAILABLE[codeOf(error)];
  return why === undefined ? error : new ErrandError('unavailable', why, { cause: error });
}

const UNAVAILABLE: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk that holds the logs is full',
  EDQUOT: 'the disk quota for the logs is used up',
  EFBIG: 'the file system takes no file as large as this log',
  EROFS: 'the disk that holds the logs cannot be written to',
  EACCES: 'the folder of the logs cannot be written to',
  EIO: 'the disk that holds the logs failed',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
