import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

/** A file of the folder as it was read at one moment. */
export interface ScriptFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly isExecutable: boolean;
}

export type FileKind = 'definition' | 'module' | 'other';

const KINDS: Readonly<Record<string, FileKind>> = {
  '.yaml': 'definition',
  '.yml': 'definition',
  '.json': 'definition',
  '.ts': 'module',
  '.mts': 'module',
  '.js': 'module',
  '.mjs': 'module',
};

/** Programs are read whole to be checked; a bigger one is called by a command of its own. */
const LIMIT_BYTES = 64 * 1024 * 1024;

export function kindOf(path: string): FileKind {
  return KINDS[extname(path)] ?? 'other';
}

/** A script is called like its file, without what stands behind the last dot. */
export function scriptNameOf(path: string): string {
  return basename(path, extname(path));
}

/** Separators, dots and blanks are no part of a name, so nothing leads out of the folder. */
export function isScriptName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,62}$/.test(name);
}

/** Reads a file of the folder. Throws an Error with a sentence where it lies elsewhere, or others could have written it. */
export function readScriptFile(folder: string, name: string): ScriptFile {
  const path = realpathSync(join(folder, name));
  if (dirname(path) !== realpathSync(folder)) throw new Error('it is a link that leads out of the folder');
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    const { mode, size } = stat;
    if (!stat.isFile()) throw new Error('it is not a plain file');
    if ((mode & 0o002) !== 0) throw new Error('everybody may write to it (chmod o-w)');
    if (size > LIMIT_BYTES) throw new Error(`it has ${size} bytes; at most ${LIMIT_BYTES} are read`);
    const bytes = readFileSync(file);
    return { path, bytes, sha256: sha256Of(bytes), isExecutable: (mode & 0o111) !== 0 };
  } finally {
    closeSync(file);
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
