import type { AttemptRef, LogPiece, LogRange, LogStore } from '@errand/core';
import { ErrandError } from '@errand/core/vocabulary';

const PIECE_BYTES = 256 * 1024;

/** Logs that last as long as the process: for tests and the simulator. Nobody else can write them, so there is nothing to look at. */
export class MemoryLogStore implements LogStore {
  readonly #logs = new Map<string, MemoryLog>();
  readonly #listeners = new Map<string, Set<{ readonly call: () => void }>>();

  async append(log: AttemptRef, pieces: readonly LogPiece[]): Promise<number> {
    const known = this.#logs.get(nameOf(log));
    const fresh = freshPieces(pieces, known?.size ?? 0);
    if (fresh.length === 0) return known?.size ?? 0;
    const stored = known ?? { ref: log, pieces: [], size: 0, removed: false };
    this.#logs.set(nameOf(log), stored);
    for (const piece of fresh) {
      stored.pieces.push(piece);
      stored.size += piece.bytes.length;
    }
    this.grew(log);
    return stored.size;
  }

  async seal(log: AttemptRef): Promise<void> {
    this.grew(log);
  }

  async size(log: AttemptRef): Promise<number> {
    return this.#logs.get(nameOf(log))?.size ?? 0;
  }

  read(log: AttemptRef, range: LogRange): AsyncIterable<LogPiece> {
    const stored = this.#logs.get(nameOf(log));
    const to = Math.min(range.to, stored?.size ?? 0);
    return this.#pieces(stored, { ...range, to });
  }

  watch(log: AttemptRef, listener: () => void): () => void {
    const name = nameOf(log);
    const listeners = this.#listeners.get(name) ?? new Set();
    const entry = { call: listener };
    this.#listeners.set(name, listeners.add(entry));
    return () => {
      listeners.delete(entry);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  async remove(log: AttemptRef): Promise<void> {
    const stored = this.#logs.get(nameOf(log));
    if (stored !== undefined) stored.removed = true;
    this.#logs.delete(nameOf(log));
  }

  async *usage(): AsyncGenerator<{ log: AttemptRef; bytes: number }> {
    for (const { ref, size } of this.#logs.values()) yield { log: ref, bytes: size };
  }

  place(): null {
    return null;
  }

  grew(log: AttemptRef): void {
    for (const { call } of Array.from(this.#listeners.get(nameOf(log)) ?? [])) call();
  }

  async *#pieces(stored: MemoryLog | undefined, { from, to, stream }: LogRange): AsyncGenerator<LogPiece> {
    if (stored === undefined) return;
    for (const piece of stored.pieces) {
      if (piece.offset >= to) return;
      if (stream !== undefined && piece.stream !== stream) continue;
      const end = Math.min(to, piece.offset + piece.bytes.length);
      for (let at = Math.max(from, piece.offset); at < end; at += PIECE_BYTES) {
        if (stored.removed) throw new ErrandError('gone', 'the log was removed while it was being read');
        const bytes = piece.bytes.subarray(at - piece.offset, Math.min(end, at + PIECE_BYTES) - piece.offset);
        yield { ...piece, offset: at, bytes };
      }
    }
  }
}

interface MemoryLog {
  readonly ref: AttemptRef;
  readonly pieces: LogPiece[];
  size: number;
  removed: boolean;
}

/** What of the pieces is new, as copies; nothing from the first gap on. */
function freshPieces(pieces: readonly LogPiece[], size: number): LogPiece[] {
  const fresh: LogPiece[] = [];
  let at = size;
  for (const piece of pieces) {
    const known = at - piece.offset;
    if (known < 0) break;
    if (known >= piece.bytes.length) continue;
    // Not `slice`: that of a Buffer does not copy.
    const bytes = new Uint8Array(piece.bytes.subarray(known));
    fresh.push({ ...piece, offset: at, bytes });
    at += bytes.length;
  }
  return fresh;
}

function nameOf({ runId, token }: AttemptRef): string {
  return `${runId}.${token}`;
}
