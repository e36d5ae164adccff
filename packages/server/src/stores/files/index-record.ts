import type { Stream } from '@errand/core/vocabulary';

/**
 * A record of the index, the keeper's own format: u64 end, the offset just past its bytes; u64 meta, the time of its first byte shifted left
 * by 8, plus the stream. Its bytes begin where those of the record before end.
 */
export interface IndexRecord {
  readonly end: number;
  readonly time: number;
  /** null: a gap, where bytes were dropped; it has none of its own. */
  readonly stream: Stream | null;
}

export const RECORD_BYTES = 16;

const STREAM_OF_CODE: readonly (Stream | null)[] = [null, 'stdout', 'stderr'];

/** 48 of the 64 bits are read and written: numbers are exact to 53, and 2^48 bytes or ms are more than there will be. */
const NUMBER_BYTES = 6;

export function decodeRecord(buffer: Buffer, at: number): IndexRecord {
  return {
    end: buffer.readUIntLE(at, NUMBER_BYTES),
    stream: STREAM_OF_CODE[buffer.readUInt8(at + 8)] ?? null,
    time: buffer.readUIntLE(at + 9, NUMBER_BYTES),
  };
}

export function encodeRecords(records: readonly IndexRecord[]): Buffer {
  const buffer = Buffer.alloc(records.length * RECORD_BYTES);
  for (const [index, { end, stream, time }] of records.entries()) {
    const at = index * RECORD_BYTES;
    buffer.writeUIntLE(end, at, NUMBER_BYTES);
    buffer.writeUInt8(STREAM_OF_CODE.indexOf(stream), at + 8);
    buffer.writeUIntLE(Math.max(0, Math.floor(time)), at + 9, NUMBER_BYTES);
  }
  return buffer;
}
