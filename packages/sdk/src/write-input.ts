import { Backoff } from './backoff.ts';
import { ErrandApiError } from './errors.ts';
import { type ByteStream, chunksOf } from './fetch.ts';
import type { Transport } from './transport.ts';

/** Bytes, text, or something that yields bytes over time. */
export type InputSource = Uint8Array | string | Iterable<Uint8Array> | ByteStream;

export interface InputOptions {
  /** Where the first byte of the source stands in the run's input (0). */
  readonly from?: number | undefined;
  /** Close the input behind the source (true). */
  readonly end?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `ended`: the run takes no more, because its input was closed or because it is over. */
export interface InputResult {
  readonly size: number;
  readonly ended: boolean;
}

/** One call carries at most this much: small enough to be sent again after a lost answer, large enough not to be slow. */
const PIECE_BYTES = 256 * 1024;

/**
 * Sends bytes to the standard input of a run, in order and each once, however often the connection is lost. Waits while the command
 * does not read. Ends early, without an error, when the run takes no more.
 */
export async function writeInput(
  transport: Transport,
  id: string,
  source: InputSource,
  options: InputOptions = {},
): Promise<InputResult> {
  const writer = new InputWriter(transport, id, options);
  for await (const chunk of chunksOfSource(source)) {
    for (let at = 0; at < chunk.length && !writer.ended; at += PIECE_BYTES)
      await writer.write(chunk.subarray(at, at + PIECE_BYTES));
    if (writer.ended) return { size: writer.size, ended: true };
  }
  if (options.end !== false) await writer.end();
  return { size: writer.size, ended: writer.ended };
}

class InputWriter {
  size: number;
  ended = false;
  readonly #transport: Transport;
  readonly #id: string;
  readonly #signal: AbortSignal | undefined;

  constructor(transport: Transport, id: string, options: InputOptions) {
    this.#transport = transport;
    this.#id = id;
    this.#signal = options.signal;
    this.size = options.from ?? 0;
  }

  async write(piece: Uint8Array): Promise<void> {
    const wanted = this.size + piece.length;
    const backoff = new Backoff(Number.POSITIVE_INFINITY, this.#signal);
    for (
      let left = piece;
      !this.ended && left.length > 0;
      left = piece.subarray(piece.length - (wanted - this.size))
    ) {
      const before = this.size;
      await this.#send(left, false);
      // The server holds only so much that the command has not read.
      if (this.size === before && !this.ended) await backoff.failed(undefined);
      else backoff.succeeded();
    }
  }

  async end(): Promise<void> {
    if (!this.ended) await this.#send(new Uint8Array(), true);
  }

  async #send(bytes: Uint8Array, end: boolean): Promise<void> {
    const query = { offset: this.size, ...(end ? { end: '1' } : {}) };
    try {
      const answer = await this.#transport.request(
        'writeInput',
        { params: { id: this.#id }, query },
        { bytes: Uint8Array.from(bytes), signal: this.#signal },
      );
      this.size = Math.max(this.size, answer.size);
      this.ended ||= answer.ended;
    } catch (error) {
      if (!(error instanceof ErrandApiError) || error.code !== 'conflict') throw error;
      this.ended = true;
    }
  }
}

function chunksOfSource(source: InputSource): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof source === 'string') return [new TextEncoder().encode(source)];
  if (source instanceof Uint8Array) return [source];
  return Symbol.iterator in source ? source : chunksOf(source);
}
