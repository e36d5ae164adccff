import type { FileRefusal } from '@errand/contract';
import { errorCode } from '../keeper/error-code.ts';

/** Why an order about a file cannot be carried out, in a sentence for whoever asked. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly code: FileRefusal;

  constructor(code: FileRefusal, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** What the system says of a path, as a sentence. */
export function faultOf(error: unknown, path: string): FileFault {
  if (error instanceof FileFault) return error;
  const [code, why] = KNOWN[errorCode(error) ?? ''] ?? ['unavailable', `could not be done: ${String(error)}`];
  return new FileFault(code, `${path === '' ? 'the folder of the session' : path} ${why}`, error);
}

const FULL = 'does not fit: no space is left on the machine of the session; make some and try again';

const KNOWN: Readonly<Record<string, readonly [FileRefusal, string]>> = {
  ENOENT: ['not_found', 'is not there'],
  ENOTDIR: ['conflict', 'goes through something that is no folder'],
  EISDIR: ['conflict', 'is a folder'],
  EEXIST: ['conflict', 'is there already, and is no folder'],
  EACCES: ['conflict', 'may not be used by the user of the session'],
  EPERM: ['conflict', 'may not be used by the user of the session'],
  EROFS: ['conflict', 'lies on a file system that can only be read'],
  ELOOP: ['invalid', 'goes through too many links'],
  ENAMETOOLONG: ['invalid', 'has a name that is too long'],
  ENOSPC: ['unavailable', FULL],
  EDQUOT: ['unavailable', FULL],
};
