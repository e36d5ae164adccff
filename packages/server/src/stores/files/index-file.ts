import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isMissing, readFileError } from './file-error.ts';
import { decodeRecord, type IndexRecord, RECORD_BYTES } from './index-record.ts';

export interface LocatedRecord extends IndexRecord {
  readonly start: number;
}

/** As much of an index as is read at a time. */
const WINDOW_RECORDS = 4_096;

/** Who follows a log asks for its end: so many last records are looked at before anything is searched. */
const TAIL_RECORDS = 64;

/**
 * The index of one log, for reading, while somebody may be writing it. Reads are synchronous: they are small, and what was just written is
 * in memory, so a detour through the thread pool would cost ten times the read.
 */
export class IndexFile {
  readonly #descriptor: number;

  /** null: there is no such file, so nothing is recorded. */
  static open(path: string): IndexFile | null {
    try {
      return new IndexFile(openSync(path, 'r'));
    } catch (error) {
      if (isMissing(error)) return null;
      throw readFileError(error);
    }
  }

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** How many whole records there are; what a killed writer left of another does not count. */
  count(): number {
    return Math.floor(fstatSync(this.#descriptor).size / RECORD_BYTES);
  }

  /** The last record: its end is the size of what can be read. */
  last(): IndexRecord | null {
    const count = this.count();
    return count === 0 ? null : this.#at(count - 1);
  }

  /** The records from the one that holds the byte at `offset` on, some thousand at a time, each with where its bytes begin. */
  *windowsFrom(offset: number): Generator<readonly LocatedRecord[]> {
    const count = this.count();
    const tail = this.#tailAfter(offset, count);
    if (tail !== null) return yield tail;
    let next = this.#firstEndingAfter(offset, count);
    let start = next === 0 ? 0 : this.#at(next - 1).end;
    while (next < count) {
      const records = locate(this.#read(next, Math.min(WINDOW_RECORDS, count - next)), start);
      start = records.at(-1)?.end ?? start;
      next += records.length;
      yield records;
    }
  }

  /** The same where all of it is among the last records, in one read; null where it is not, or where there is nothing. */
  #tailAfter(offset: number, count: number): readonly LocatedRecord[] | null {
    if (count === 0) return null;
    const first = Math.max(0, count - TAIL_RECORDS);
    const records = locate(this.#read(first, count - first), 0);
    // Where the first of them begins is not known, unless it is the first of all.
    if (first > 0 && (records[0]?.end ?? 0) > offset) return null;
    return records.filter(({ end }) => end > offset);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #firstEndingAfter(offset: number, count: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#at(middle).end > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #at(index: number): IndexRecord {
    return decodeRecord(this.#read(index, 1), 0);
  }

  /** Whole records; fewer than asked for where the file became shorter meanwhile. */
  #read(first: number, count: number): Buffer {
    const buffer = Buffer.alloc(count * RECORD_BYTES);
    const got = readSync(this.#descriptor, buffer, 0, buffer.length, first * RECORD_BYTES);
    if (got < RECORD_BYTES) throw new Error(`FILES-1: record ${first} of an index is gone`);
    return buffer.subarray(0, got - (got % RECORD_BYTES));
  }
}

/** Each record with where its bytes begin: where those of the one before it end. */
function locate(window: Buffer, from: number): LocatedRecord[] {
  const records: LocatedRecord[] = [];
  let start = from;
  for (let at = 0; at < window.length; at += RECORD_BYTES) {
    const record = decodeRecord(window, at);
    records.push({ start, end: record.end, stream: record.stream, time: record.time });
    start = Math.max(start, record.end);
  }
  return records;
}
