import type { AppendPiece } from '@errand/contract';

const STAR = 42;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** A piece of a log that may be masked until it is let out. The bytes it was made of are never changed: the first mask makes a copy. */
export class MaskedPiece {
  readonly offset: number;
  /** Where it begins among the bytes of its stream. */
  readonly position: number;
  readonly #piece: Omit<AppendPiece, 'bytes'>;
  #bytes: Uint8Array;
  #own = false;

  constructor(piece: AppendPiece, position: number) {
    this.#piece = piece;
    this.offset = piece.offset;
    this.position = position;
    this.#bytes = piece.bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Another one with the same bytes; what is masked in either later leaves the other as it is. */
  copy(): MaskedPiece {
    this.#own = false;
    return new MaskedPiece({ ...this.#piece, bytes: this.#bytes }, this.position);
  }

  /** Masks these bytes, counted as the stream's. Line breaks stay, so that lines stay lines. */
  mask(from: number, to: number): void {
    const first = Math.max(0, from - this.position);
    const last = Math.min(this.length, to - this.position);
    if (first >= last) return;
    // Not `slice`: that of a Buffer is no copy.
    if (!this.#own) this.#bytes = new Uint8Array(this.#bytes);
    this.#own = true;
    const bytes = this.#bytes;
    for (let at = first; at < last; at += 1) if (!isDecided(bytes[at])) bytes[at] = STAR;
  }

  /** The first byte from a position of the stream on that a mask would still change; -1: there is none. */
  undecidedFrom(from: number): number {
    for (let at = Math.max(0, from - this.position); at < this.length; at += 1) {
      if (!isDecided(this.#bytes[at])) return this.position + at;
    }
    return -1;
  }

  /** What lies between two offsets of the log. */
  between(from: number, to: number): AppendPiece {
    const bytes = this.#bytes.subarray(from - this.offset, to - this.offset);
    return { offset: from, stream: this.#piece.stream, time: this.#piece.time, bytes };
  }
}

/** Masked or not, it looks the same. */
function isDecided(byte: number | undefined): boolean {
  return byte === STAR || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}
