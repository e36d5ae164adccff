import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Room for the ends of a thousand runs. */
const RESERVE_BYTES = 4 * 1_048_576;
/** Taken only where this many times as much is free, so that it does not itself fill the disk. */
const SPARE = 2;

/**
 * A file beside the database that does nothing but hold space. A run may fill the disk with its log; that it ended, and why, must be
 * stored even then, so the file is given up. While it is, nothing new is taken in.
 */
export class DiskReserve {
  readonly #path: string;
  #held: boolean;
  #givenUp = false;

  constructor(path: string) {
    this.#path = path;
    this.#held = sizeOf(path) === RESERVE_BYTES || this.#take();
  }

  /** Gives the space back to the disk; false where none was held. */
  giveUp(): boolean {
    if (!this.#held) return false;
    this.#held = false;
    this.#givenUp = true;
    rmSync(this.#path, { force: true });
    return true;
  }

  /** Had the space to be given up, and is there still no room to take it again? */
  isSpent(): boolean {
    if (!this.#givenUp) return false;
    this.#held = this.#take();
    this.#givenUp = !this.#held;
    return this.#givenUp;
  }

  #take(): boolean {
    return hasRoom(dirname(this.#path)) && fill(this.#path);
  }
}

function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= SPARE * RESERVE_BYTES;
}

/** Written, for a file with a hole holds nothing. */
function fill(path: string): boolean {
  const file = openSync(path, 'w', 0o600);
  try {
    const zeros = Buffer.alloc(RESERVE_BYTES);
    const written = writeSync(file, zeros) === RESERVE_BYTES;
    fsyncSync(file);
    return written;
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
