import type { Automaton } from './automaton.ts';
import type { MaskedPiece } from './masked-piece.ts';

/** What is looked for: forwards, and backwards for the rest of a pattern whose beginning is missing. */
export interface Patterns {
  readonly forwards: Automaton;
  /** Of the reversed patterns. */
  readonly backwards: () => Automaton;
}

/** Nothing is waiting. */
const NOTHING = Number.POSITIVE_INFINITY;

/** One stream of a log: where in the patterns it is, and what of it is not decided yet. Positions count the bytes of this stream. */
export class MaskedStream {
  readonly #patterns: Patterns;
  /** Those that an occurrence under way reaches into. */
  #pieces: MaskedPiece[] = [];
  #state = 0;
  #position = 0;
  /** Offset in the log of the first byte that may be a part of a pattern under way. */
  #waitsAt = NOTHING;
  /** Bytes behind a gap, as they were, as many as the rest of a pattern may have; null: no gap was met. */
  #behindGap: { readonly position: number; bytes: Uint8Array } | null = null;

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
  }

  get position(): number {
    return this.#position;
  }

  get waitsAt(): number {
    return this.#waitsAt;
  }

  /** Another one in the same state. `copyOf` knows the copies of pieces. */
  copy(copyOf: (piece: MaskedPiece) => MaskedPiece): MaskedStream {
    const copy = new MaskedStream(this.#patterns);
    copy.#pieces = this.#pieces.map(copyOf);
    copy.#state = this.#state;
    copy.#position = this.#position;
    copy.#waitsAt = this.#waitsAt;
    copy.#behindGap = this.#behindGap === null ? null : { ...this.#behindGap };
    return copy;
  }

  /** Masks what ends in this piece, which holds these bytes. */
  take(piece: MaskedPiece, bytes: Uint8Array): void {
    const begin = this.#position;
    this.#pieces.push(piece);
    this.#position += bytes.length;
    this.#remember(bytes);
    // Occurrences that touch are masked at once: in a text that is nothing but secrets they all do.
    let from = 0;
    let to = 0;
    this.#state = this.#patterns.forwards.scan(bytes, this.#state, (end, length) => {
      const first = begin + end - length;
      if (first > to) {
        this.#mask(from, to);
        from = first;
      } else from = Math.min(from, first);
      to = begin + end;
    });
    this.#mask(from, to);
    this.#look();
  }

  /** Masks the beginning that waits, whatever it is. */
  maskWaiting(): void {
    this.#mask(this.#underWay(), this.#position);
    this.#waitsAt = NOTHING;
  }

  /** Here bytes are missing: what waits may be the beginning of a secret, what follows the end of one. */
  breakOff(): void {
    this.finish();
    this.#pieces = [];
    this.#state = 0;
    this.#behindGap = { position: this.#position, bytes: new Uint8Array() };
  }

  /** Nothing follows. */
  finish(): void {
    if (this.#behindGap !== null) {
      const { position, bytes } = this.#behindGap;
      const backwards = this.#patterns.backwards();
      const state = backwards.scan(bytes.toReversed(), 0, () => {});
      this.#mask(position, position + backwards.depthOf(state));
    }
    this.#behindGap = null;
    this.#waitsAt = NOTHING;
  }

  #underWay(): number {
    return this.#position - this.#patterns.forwards.depthOf(this.#state);
  }

  #mask(from: number, to: number): void {
    for (let index = this.#pieces.length - 1; index >= 0; index -= 1) {
      const piece = this.#pieces[index];
      if (piece === undefined || piece.position + piece.length <= from) return;
      piece.mask(from, to);
    }
  }

  /** Finds what waits, and forgets pieces that no mask can reach any more. */
  #look(): void {
    const from = this.#underWay();
    const reached = this.#pieces.findIndex((piece) => piece.position + piece.length > from);
    if (this.#behindGap === null) this.#pieces = reached < 0 ? [] : this.#pieces.slice(reached);
    this.#waitsAt = NOTHING;
    for (const piece of this.#pieces) {
      const position = piece.undecidedFrom(from);
      if (position >= 0) {
        this.#waitsAt = piece.offset + position - piece.position;
        return;
      }
    }
  }

  #remember(bytes: Uint8Array): void {
    if (this.#behindGap === null) return;
    const room = this.#patterns.forwards.longest - this.#behindGap.bytes.length;
    if (room > 0) this.#behindGap.bytes = Buffer.concat([this.#behindGap.bytes, bytes.subarray(0, room)]);
  }
}
