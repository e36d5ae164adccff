/** The server gives a sign of life well within this; without one the line is dead though nobody said so. */
const SILENCE_MS = 60_000;

/** Ends a transfer on which nothing comes any more. */
export class Silence {
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #mostMs: number;

  /** Listens from now on. `outer` ends the transfer as well. */
  constructor(outer: AbortSignal | undefined, mostMs = SILENCE_MS) {
    this.#mostMs = mostMs;
    this.signal = outer === undefined ? this.#abort.signal : AbortSignal.any([outer, this.#abort.signal]);
    this.#listen();
  }

  get tooLong(): boolean {
    return this.#abort.signal.aborted;
  }

  /** The chunks as they come. The clock stands while the caller is busy with what it got. */
  async *between(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.end();
      yield chunk;
      this.#listen();
    }
  }

  /** The transfer is over. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #listen(): void {
    this.end();
    this.#timer = setTimeout(() => this.#abort.abort(), this.#mostMs);
  }
}
