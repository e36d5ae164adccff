import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place.ts';

const BLOCK = Buffer.alloc(4_096);

/** A disk in memory, of which a test decides how full it is. Needs root. */
export class SmallDisk {
  readonly path: string;

  constructor(place: Place, options: string) {
    this.path = place.path('disk');
    mkdirSync(this.path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `${options},mode=0700`, 'tmpfs', this.path]);
    place.atEnd(() => void execFileSync('umount', [this.path]));
  }

  /** Takes all the space that is left. */
  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      for (;;) writeSync(file, BLOCK);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives that space back. */
  free(): void {
    rmSync(this.#filler, { force: true });
  }

  get #filler(): string {
    return join(this.path, 'filler');
  }
}
