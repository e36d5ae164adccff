import type { AppendPiece } from '@errand/contract';
import type { LogRange, LogRecords } from '../log-records.ts';
import { Masker } from './masker.ts';
import type { SecretMask } from './secret-mask.ts';

/** States kept to begin again from, and how far apart: together more than what is on its way to the control plane at any time. */
const KEPT_STATES = 8;
const BETWEEN_STATES = 4 * 1024 * 1024;

export interface MaskedLogParts {
  readonly records: LogRecords;
  readonly mask: SecretMask;
  /** Told of masked bytes as they are made, from the first one on and in order, but again after a step back. */
  readonly onMasked: (offset: number, bytes: Uint8Array) => void;
}

/** Reads a log as `LogRecords` does, but masked. Reading on is cheap, a step back a little less so, and a first read at an offset reads all before it. */
export class MaskedLog {
  readonly #parts: MaskedLogParts;
  #masker: Masker | undefined;
  /** Masked and not asked for yet. */
  #ready: readonly AppendPiece[] = [];
  #states: Masker[] = [];
  #isOver = false;

  constructor(parts: MaskedLogParts) {
    this.#parts = parts;
  }

  /** Pieces from an offset on; none where nothing is certain yet. */
  async read({ from, limit, total }: LogRange): Promise<readonly AppendPiece[]> {
    const masker = this.#at(from);
    for (;;) {
      this.#ready = behind(this.#ready, from);
      if (this.#ready.length > 0) return upTo(this.#ready, from + limit);
      if (this.#isOver) return [];
      const raw = await this.#parts.records.read({ from: masker.consumed, limit, total });
      const { gapAt } = this.#parts.records;
      if (gapAt !== null) masker.missingAt(gapAt);
      if (raw.length > 0) this.#take(raw.flatMap((piece) => masker.push(piece)));
      // Final, and there is no more of it: also where the file is shorter than its end says.
      else if (total !== undefined) this.#end(masker);
      else return [];
    }
  }

  #end(masker: Masker): void {
    this.#isOver = true;
    this.#take(masker.end());
  }

  #take(pieces: readonly AppendPiece[]): void {
    for (const { offset, bytes } of pieces) this.#parts.onMasked(offset, bytes);
    this.#ready = [...this.#ready, ...pieces];
  }

  /** The masker that will give the byte at this offset next, or is about to give one before it. */
  #at(from: number): Masker {
    const next = this.#ready[0]?.offset ?? this.#masker?.released ?? 0;
    if (this.#masker === undefined || from < next) {
      this.#states = this.#states.filter(({ released }) => released <= from);
      this.#masker = this.#states.at(-1)?.copy() ?? new Masker(this.#parts.mask.patterns);
      this.#ready = [];
      this.#isOver = false;
    } else if (this.#masker.released - (this.#states.at(-1)?.released ?? 0) >= BETWEEN_STATES) {
      this.#states = [...this.#states, this.#masker.copy()].slice(-KEPT_STATES);
    }
    return this.#masker;
  }
}

function behind(pieces: readonly AppendPiece[], from: number): readonly AppendPiece[] {
  const rest = pieces.filter(({ offset, bytes }) => offset + bytes.length > from);
  const [first, ...others] = rest;
  if (first === undefined || first.offset >= from) return rest;
  return [{ ...first, offset: from, bytes: first.bytes.subarray(from - first.offset) }, ...others];
}

function upTo(pieces: readonly AppendPiece[], to: number): readonly AppendPiece[] {
  return pieces
    .filter(({ offset }) => offset < to)
    .map((piece) => ({ ...piece, bytes: piece.bytes.subarray(0, to - piece.offset) }));
}
