import type { Readable } from 'node:stream';

/**
 * The body of a request as it comes off the line: a web stream of the same costs twice as much. To be read once.
 *
 * Who stops reading leaves the connection as it is. A reader that was only forgotten must be let go: as long as one is there nothing else can pass
 * the rest by, and the listener ends connections whose request does not end within half a second of its answer, under whatever is asked there by then.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #incoming: Readable;
  #reader: AsyncIterator<Uint8Array> | null = null;

  constructor(incoming: Readable) {
    this.#incoming = incoming;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    this.#reader ??= this.#incoming.iterator({ destroyOnReturn: false });
    return this.#reader;
  }

  /** The request was answered: nobody wants more of it. */
  letGo(): void {
    // Where it broke off the reader has heard of it, or nobody cares.
    this.#reader?.return?.().catch(() => undefined);
  }
}
