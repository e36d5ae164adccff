import type { LogFile, ReportedResult, Spool, SpoolEntry } from './ports.ts';

/** Longer ones are told as a problem; the control plane refuses them too. */
export const RESULT_BYTES = 1024 * 1024;
/** Records of a log that are read at once. */
const RECORDS = 10_000;

/** What an attempt that has ended reported: in its file or, where its script says so, as its last line on stdout. Null: nothing. */
export async function reportedResult(entry: SpoolEntry, spool: Spool): Promise<ReportedResult | null> {
  try {
    if (entry.lease.script?.result?.from !== 'stdout') return spool.resultOf(entry);
    const log = spool.openLog(entry);
    try {
      const line = await lastLine(log);
      return line === null ? null : resultFrom(line);
    } finally {
      log.close();
    }
  } catch (error) {
    return { problem: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** JSON as it was written, or why it is none. */
export function resultFrom(bytes: Uint8Array): ReportedResult {
  if (bytes.length > RESULT_BYTES) return tooLong(bytes.length);
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    JSON.parse(json);
    return { json };
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    return { problem: `it is not JSON: ${why.slice(0, 500)}` };
  }
}

export function tooLong(bytes: number): ReportedResult {
  return { problem: `it has ${bytes} bytes; a result may have at most ${RESULT_BYTES}` };
}

interface Piece {
  readonly from: number;
  readonly to: number;
}

/** The last line of stdout that is not blank; one that is too long for a result is cut, but stays too long. */
async function lastLine(log: LogFile): Promise<Uint8Array | null> {
  const pieces = stdoutPieces(log);
  let bytes = Buffer.alloc(0);
  for (const { from, to } of pieces.toReversed()) {
    const start = Math.max(from, to - RESULT_BYTES - 1);
    bytes = Buffer.concat([await log.read(start, to - start), bytes]);
    const text = trimmed(bytes);
    const at = text.lastIndexOf(10);
    if (at >= 0 || text.length > RESULT_BYTES) return text.subarray(at + 1);
  }
  const text = trimmed(bytes);
  return text.length === 0 ? null : text;
}

/** Bytes behind the last record are stdout's. */
function stdoutPieces(log: LogFile): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (let index = 0; ; index += RECORDS) {
    const records = log.records(index, RECORDS);
    for (const record of records) {
      if (record.stream === 'stdout' && record.end > end) pieces.push({ from: end, to: record.end });
      end = Math.max(end, record.end);
    }
    if (records.length < RECORDS) break;
  }
  const size = log.size();
  return size > end ? [...pieces, { from: end, to: size }] : pieces;
}

function trimmed(bytes: Buffer): Buffer {
  let length = bytes.length;
  while (length > 0 && [9, 10, 13, 32].includes(bytes[length - 1] ?? 0)) length -= 1;
  return bytes.subarray(0, length);
}
