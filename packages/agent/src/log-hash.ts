import { createHash } from 'node:crypto';
import type { LogFile } from './ports.ts';

/** Read at once for the hash: big enough that calls do not count, small enough that no event waits for it (under 1 ms of hashing). */
const CHUNK = 512 * 1024;

/** SHA-256 of a log, computed while it grows so that little is left to do at its end. */
export class LogHash {
  readonly #log: Pick<LogFile, 'read'>;
  readonly #hash = createHash('sha256');
  #at = 0;
  #running: Promise<void> | undefined;

  constructor(log: Pick<LogFile, 'read'>) {
    this.#log = log;
  }

  /** Bytes that somebody has read anyway; those that do not continue the hash are passed over. */
  feed(offset: number, bytes: Uint8Array): void {
    if (offset > this.#at || offset + bytes.length <= this.#at || this.#running !== undefined) return;
    this.#hash.update(bytes.subarray(this.#at - offset));
    this.#at = offset + bytes.length;
  }

  /** Goes on in the background where at least a whole chunk is there. */
  grew(size: number): void {
    if (size - this.#at < CHUNK || this.#running !== undefined) return;
    const whole = size - ((size - this.#at) % CHUNK);
    // What fails now fails again in `finish`, where somebody waits for it.
    this.#running = this.#upTo(whole)
      .catch(() => {})
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** The hash of the first `size` bytes in hex; null where the file does not have them (any more). Call it once. */
  async finish(size: number): Promise<string | null> {
    await this.#running;
    await this.#upTo(size);
    return this.#at === size ? this.#hash.digest('hex') : null;
  }

  async #upTo(size: number): Promise<void> {
    while (this.#at < size) {
      const bytes = await this.#log.read(this.#at, Math.min(CHUNK, size - this.#at));
      if (bytes.length === 0) return;
      this.#hash.update(bytes);
      this.#at += bytes.length;
    }
  }
}
