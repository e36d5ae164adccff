import { statfsSync } from 'node:fs';
import { ANOTHER } from './data-folder.ts';

/** What to say where no more can be written into a data folder; null where there is room. */
export function fullDisk(path: string): string | null {
  const { bavail, ffree, files } = statfsSync(path);
  const isFull = bavail === 0 || (files > 0 && ffree === 0);
  return isFull ? `the file system of the data folder ${path} is full; make room, or ${ANOTHER}` : null;
}
