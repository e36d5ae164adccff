import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../keeper/error-code.ts';

/** Removes everything in a folder but what is named. Throws where something cannot be removed. */
export function emptyFolder(folder: string, keep: readonly string[]): void {
  for (const name of namesIn(folder)) if (!keep.includes(name)) remove(join(folder, name));
}

/** A command may have taken its own rights to a folder away; its owner takes them back. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    open(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function open(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) open(join(path, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
