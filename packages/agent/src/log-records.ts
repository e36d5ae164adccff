import type { AppendPiece } from '@errand/contract';
import type { Clock, IndexRecord, LogFile } from './ports.ts';

/** Records looked at in one go: as many as are worth sending in one request. */
const BATCH = 4_096;

export interface LogRange {
  readonly from: number;
  /** At most this many bytes. */
  readonly limit: number;
  /** Size of the log once it is final; then bytes behind the last record are stdout. */
  readonly total: number | undefined;
}

/**
 * Reads the bytes of a log with what its index says of them: their stream and time. Remembers where in the index it was, because an
 * index may have millions of records.
 */
export class LogRecords {
  readonly #log: LogFile;
  readonly #clock: Clock;
  /** Index of the record that holds the next byte, and where its bytes begin. */
  #record = 0;
  #begin = 0;
  #gapAt: number | null = null;

  constructor(log: LogFile, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Where bytes are missing, once a read has come to it: nothing from there on was read before. null: nowhere so far. */
  get gapAt(): number | null {
    return this.#gapAt;
  }

  /** Pieces from an offset on; none where nothing is there yet. */
  async read({ from, limit, total }: LogRange): Promise<readonly AppendPiece[]> {
    const records = this.#recordsFrom(from);
    const spans = this.#spans(records, from, from + limit);
    const covered = spans.at(-1)?.to ?? from;
    const last = records.length < BATCH;
    if (last && total !== undefined && covered < Math.min(total, from + limit)) {
      const time = records.at(-1)?.time ?? this.#clock.now();
      spans.push({ from: covered, to: Math.min(total, from + limit), stream: 'stdout', time });
    }
    const to = spans.at(-1)?.to ?? from;
    if (to === from) return [];
    const bytes = await this.#log.read(from, to - from);
    return spans
      .map((span) => ({
        offset: span.from,
        stream: span.stream,
        time: span.time,
        bytes: bytes.subarray(span.from - from, span.to - from),
      }))
      .filter((piece) => piece.bytes.length > 0);
  }

  /** The records from the one that holds the byte at `from`; the last one is kept in view, for it may still grow. */
  #recordsFrom(from: number): readonly IndexRecord[] {
    if (from < this.#begin) {
      this.#record = 0;
      this.#begin = 0;
    }
    for (;;) {
      const records = this.#log.records(this.#record, BATCH);
      this.#gapAt ??= records.find(({ stream }) => stream === 'gap')?.end ?? null;
      let done = 0;
      while (done < records.length - 1 && (records[done]?.end ?? 0) <= from) done += 1;
      if (done === 0) return records;
      this.#record += done;
      this.#begin = records[done - 1]?.end ?? this.#begin;
    }
  }

  #spans(records: readonly IndexRecord[], from: number, limit: number): Span[] {
    const spans: Span[] = [];
    let at = from;
    for (const { end, stream, time } of records) {
      const to = Math.min(end, limit);
      if (to <= at) continue;
      if (stream !== 'gap') spans.push({ from: at, to, stream, time });
      at = to;
    }
    return spans;
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly stream: 'stdout' | 'stderr';
  readonly time: number;
}
