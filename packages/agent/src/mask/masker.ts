import type { AppendPiece } from '@errand/contract';
import { MaskedPiece } from './masked-piece.ts';
import { MaskedStream, type Patterns } from './masked-stream.ts';

/** A beginning of a secret waits for its next byte until the other stream has said this much, ... */
const OTHER_BYTES = 4_096;
/** ... or until it still speaks this many ms later. */
const OTHER_MS = 1_000;

/**
 * Replaces every byte of every occurrence of a pattern by `*`: the length stays, so all offsets do. Line breaks stay too, so that lines stay lines. The
 * two streams of a log are looked through each by itself, so that what the other one says in between hides nothing.
 *
 * What comes out depends only on the bytes, streams and times of the log, never on how it was cut into pieces or how quickly it came: an agent
 * that begins again sends the same bytes.
 *
 * **What is held back.** Only an end of a stream that begins a pattern, until its next byte says whether it goes on: a prompt without a line break
 * is passed on at once unless its last characters begin a secret. Time alone lets nothing through, for the rest may come an hour later. So that
 * such an end does not hold up the other stream for ever, it is masked, secret or not, when that one says much or speaks much later (by the times in
 * the log). When the log ends with it, it is no secret and is passed on.
 *
 * **Where bytes are missing** (the log met its cap) either half of a secret may be left: what begins one in front of the gap is masked, and what ends
 * one behind it. What comes behind the gap is held until the log is over, which it then nearly is.
 */
export class Masker {
  readonly #patterns: Patterns;
  #streams: Readonly<Record<AppendPiece['stream'], Last>>;
  /** In order of their offsets. */
  #held: MaskedPiece[] = [];
  #consumed = 0;
  #released = 0;
  #gapAt = Number.POSITIVE_INFINITY;
  #isBehindGap = false;

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
    const stream = (): Last => ({ masked: new MaskedStream(patterns), end: 0, time: 0 });
    this.#streams = { stdout: stream(), stderr: stream() };
  }

  /** How far the log has been read. */
  get consumed(): number {
    return this.#consumed;
  }

  /** How far it has come out. */
  get released(): number {
    return this.#released;
  }

  /** Says that in front of this offset bytes of the log are missing. To be known before what follows there. Repeatable. */
  missingAt(offset: number): void {
    this.#gapAt = offset;
  }

  /** Takes the bytes that follow and answers those that are decided now. */
  push(piece: AppendPiece): readonly AppendPiece[] {
    if (piece.offset >= this.#gapAt) this.#passGap();
    const own = this.#streams[piece.stream];
    const other = this.#streams[piece.stream === 'stdout' ? 'stderr' : 'stdout'];
    const held = new MaskedPiece(piece, own.masked.position);
    this.#held.push(held);
    own.masked.take(held, piece.bytes);
    own.end = piece.offset + piece.bytes.length;
    own.time = piece.time;
    this.#consumed = own.end;
    if (own.end - other.end > OTHER_BYTES || own.time - other.time >= OTHER_MS) other.masked.maskWaiting();
    return this.#release();
  }

  /** Nothing follows: answers the rest. */
  end(): readonly AppendPiece[] {
    if (this.#consumed >= this.#gapAt) this.#passGap();
    for (const { masked } of Object.values(this.#streams)) masked.finish();
    this.#gapAt = Number.POSITIVE_INFINITY;
    return this.#release();
  }

  /** Another one in the same state. */
  copy(): Masker {
    const copies = new Map(this.#held.map((piece) => [piece, piece.copy()]));
    const copyOf = (piece: MaskedPiece): MaskedPiece => copies.get(piece) ?? piece.copy();
    const { stdout, stderr } = this.#streams;
    const stream = (last: Last): Last => ({ ...last, masked: last.masked.copy(copyOf) });
    const copy = new Masker(this.#patterns);
    copy.#streams = { stdout: stream(stdout), stderr: stream(stderr) };
    copy.#held = [...copies.values()];
    copy.#consumed = this.#consumed;
    copy.#released = this.#released;
    copy.#gapAt = this.#gapAt;
    copy.#isBehindGap = this.#isBehindGap;
    return copy;
  }

  #passGap(): void {
    if (this.#isBehindGap) return;
    this.#isBehindGap = true;
    for (const { masked } of Object.values(this.#streams)) {
      masked.maskWaiting();
      masked.breakOff();
    }
  }

  #release(): readonly AppendPiece[] {
    const { stdout, stderr } = this.#streams;
    const limit = Math.min(stdout.masked.waitsAt, stderr.masked.waitsAt, this.#gapAt, this.#consumed);
    const out: AppendPiece[] = [];
    let gone = 0;
    for (const piece of this.#held) {
      const end = piece.offset + piece.length;
      const to = Math.min(end, limit);
      if (to > this.#released) out.push(piece.between(Math.max(piece.offset, this.#released), to));
      this.#released = Math.max(this.#released, to);
      if (to < end) break;
      gone += 1;
    }
    this.#held = this.#held.slice(gone);
    return out;
  }
}

/** A stream, and where and when it has spoken last. */
interface Last {
  masked: MaskedStream;
  /** Offset in the log just behind its last byte. */
  end: number;
  time: number;
}
