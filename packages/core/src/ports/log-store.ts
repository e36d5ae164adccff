import type { Stream } from '../vocabulary/log-end.ts';

/** Names the log of one attempt. */
export interface AttemptRef {
  readonly runId: string;
  readonly token: number;
}

/** Consecutive bytes of one stream. `offset` counts combined bytes of the log. */
export interface LogPiece {
  readonly offset: number;
  readonly stream: Stream;
  /** Arrival of the first byte, ms since 1970. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

/**
 * The bytes of attempts. One appender per log, any number of readers. Logs come into being with their first byte; an unknown log
 * is an empty one.
 */
export interface LogStore {
  /**
   * Appends pieces that begin at `pieces[0].offset` and follow each other without a gap. What lies below the present size is skipped, so a
   * repeat changes nothing; pieces that begin above it are not taken. Resolves with the size then, durable against `kill -9` of the process.
   * Rejects with an ErrandError `unavailable` when the disk is full, with nothing lost that was counted in an earlier size.
   */
  append(log: AttemptRef, pieces: readonly LogPiece[]): Promise<number>;
  /**
   * Says that the attempt has ended: what a writer at `place` left without a record (it was killed in between) now counts, as stdout. Repeatable.
   */
  seal(log: AttemptRef): Promise<void>;
  /** Combined bytes that can be read now. */
  size(log: AttemptRef): Promise<number>;
  /**
   * Pieces from `from` up to `to` (at most the size at the call), in order, each at most 256 KiB. With `stream` only pieces of that one. A reader never
   * holds up an appender. Rejects with an ErrandError `gone` where the log was removed while it was read.
   */
  read(log: AttemptRef, range: LogRange): AsyncIterable<LogPiece>;
  /** Calls the listener soon after the log grew or was marked with `grew`, until the returned function is called. */
  watch(log: AttemptRef, listener: () => void): () => void;
  /** Frees the space. An unknown log is no error. */
  remove(log: AttemptRef): Promise<void>;
  /** All logs with the bytes they hold on disk, in no order. */
  usage(): AsyncIterable<{ readonly log: AttemptRef; readonly bytes: number }>;
  /**
   * Where a keeper on this machine may write the log itself, in the store's own format: a path prefix in a folder that exists. null where the store
   * cannot be written so; then `append` is the way.
   */
  place(log: AttemptRef): string | null;
  /** Says that somebody wrote to `place(log)`. */
  grew(log: AttemptRef): void;
}

export interface LogRange {
  readonly from: number;
  readonly to: number;
  readonly stream?: Stream;
}
