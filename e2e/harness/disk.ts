import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = 512;

/** What the files of a folder hold on the disk, in bytes. */
export function diskBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0)
    .reduce((sum, blocks) => sum + blocks * BLOCK, 0);
}
