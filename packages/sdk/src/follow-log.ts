import type { Run } from '@errand/contract';
import { FRAMES_MEDIA_TYPE, type Frame, FrameDecoder } from '@errand/contract/wire';
import { Backoff } from './backoff.ts';
import { ErrandConnectionError } from './errors.ts';
import { chunksOf } from './fetch.ts';
import { Silence } from './silence.ts';
import type { Transport } from './transport.ts';

/** A piece of a log at its combined offset; the last one of a followed log is its end, with the run as it is then. */
export type LogPiece =
  | {
      readonly kind: 'data';
      readonly stream: 'stdout' | 'stderr';
      /** ms since 1970 */
      readonly time: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'end'; readonly offset: number; readonly run: Run };

export interface LogOptions {
  /** Combined offset of the first byte wanted (0). */
  readonly from?: number | undefined;
  /** Begin so many bytes before the present end instead. */
  readonly tail?: number | undefined;
  readonly stream?: 'stdout' | 'stderr' | undefined;
  /** Number of the attempt; by default the latest. */
  readonly attempt?: number | undefined;
  /** Go on until the log ends (true); false: what is there now. */
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each lost connection, before the next try. */
  readonly onLost?: ((error: unknown) => void) | undefined;
  /** Called when a connection is there, the first and each later one. */
  readonly onFound?: (() => void) | undefined;
  /** How long to try again while nothing works (5 min). */
  readonly patienceMs?: number | undefined;
}

/**
 * Reads a log. After a lost connection it goes on at the next offset: no byte is left out, none comes twice. Slow readers slow the
 * transfer; nothing is gathered here.
 */
export async function* followLog(
  transport: Transport,
  id: string,
  options: LogOptions = {},
): AsyncGenerator<LogPiece> {
  const place = new Place(options);
  const backoff = new Backoff(options.patienceMs ?? 300_000, options.signal);
  for (;;) {
    try {
      for await (const frame of framesFrom(transport, id, { place, options })) {
        backoff.succeeded();
        const piece = place.take(frame);
        if (piece !== null) yield piece;
        if (frame.kind === 'end' || (frame.kind === 'mark' && options.follow === false)) return;
      }
      throw new ErrandConnectionError(transport.url, new Error('the log broke off before its end'));
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!transport.mayWorkLater(error)) throw error;
      options.onLost?.(error);
      await backoff.failed(error);
    }
  }
}

/** Where a reader is in a log. */
class Place {
  next: number;
  /** Bytes before the end where the first connection begins; after it the place is known. */
  #tail: number | undefined;
  readonly #filtered: boolean;
  #attempt: number | undefined;

  constructor({ from = 0, tail, stream, attempt }: LogOptions) {
    this.next = from;
    this.#tail = tail;
    this.#filtered = stream !== undefined;
    this.#attempt = attempt;
  }

  /** What to ask for next. */
  get here(): Pick<LogOptions, 'from' | 'attempt' | 'tail'> {
    return { from: this.next, attempt: this.#attempt, tail: this.#tail };
  }

  /** An offset means something within one attempt only, so a reader stays with the one it began with. */
  stayWith(attempt: string | null): void {
    if (attempt !== null && attempt !== '') this.#attempt ??= Number(attempt);
  }

  /** The part of a frame that is new; null where nothing of it is. Throws where bytes are missing before it. */
  take(frame: Frame): LogPiece | null {
    if (this.#tail !== undefined) {
      this.#tail = undefined;
      this.next = frame.offset;
    }
    if (frame.kind === 'end')
      return { kind: 'end', offset: frame.offset, run: JSON.parse(frame.json) as Run };
    if (frame.kind === 'mark') {
      this.next = Math.max(this.next, frame.offset);
      return null;
    }
    if (frame.offset > this.next && !this.#filtered)
      throw new RangeError(`the log goes on at ${frame.offset}, but ${this.next} is the next byte`);
    const known = Math.max(0, this.next - frame.offset);
    if (known >= frame.bytes.length) return null;
    this.next = frame.offset + frame.bytes.length;
    return known === 0
      ? frame
      : { ...frame, offset: frame.offset + known, bytes: frame.bytes.subarray(known) };
  }
}

/** The frames of one connection, until it ends or breaks. */
async function* framesFrom(
  transport: Transport,
  id: string,
  { place, options }: { readonly place: Place; readonly options: LogOptions },
): AsyncGenerator<Frame> {
  const silence = new Silence(options.signal);
  const { from, attempt, tail } = place.here;
  try {
    const answer = await transport.open(
      'readLog',
      {
        params: { id },
        query: {
          format: 'frames',
          ...(tail === undefined ? { from } : {}),
          follow: options.follow === false ? '0' : '1',
          ...(options.stream === undefined ? {} : { stream: options.stream }),
          ...(attempt === undefined ? {} : { attempt }),
        },
      },
      { signal: silence.signal, headers: headersOf(tail) },
    );
    options.onFound?.();
    place.stayWith(answer.headers.get('errand-attempt'));
    const decoder = new FrameDecoder();
    for await (const chunk of silence.between(chunksOf(answer.body))) yield* decoder.push(chunk);
  } catch (error) {
    throw connectionError(transport.url, error, silence);
  } finally {
    silence.end();
  }
}

function headersOf(tail: number | undefined): Readonly<Record<string, string>> {
  return { accept: FRAMES_MEDIA_TYPE, ...(tail === undefined ? {} : { range: `bytes=-${tail}` }) };
}

/** What broke while frames were read is a lost connection, unless the caller or the server said stop. */
function connectionError(url: string, error: unknown, silence: Silence): unknown {
  if (silence.tooLong) return new ErrandConnectionError(url, new Error('the line went silent'));
  const known = error instanceof Error && /^(Errand\w+|RangeError|SyntaxError)$/.test(error.name);
  return known ? error : new ErrandConnectionError(url, error);
}
