import { closeSync, openSync, read, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { LogPiece, LogRange } from '@errand/core';
import { ErrandError } from '@errand/core/vocabulary';
import { isMissing, readFileError } from './file-error.ts';
import { IndexFile, type LocatedRecord } from './index-file.ts';
import type { LogPaths } from './layout.ts';

/** The port's promise for a piece. */
const PIECE_BYTES = 256 * 1024;

/** As much is read from the disk at a time. */
const BATCH_BYTES = 4 * PIECE_BYTES;

/** A read of up to this many bytes is done at once; a larger one goes through the thread pool. */
const AT_ONCE_BYTES = 64 * 1024;

/** Records of one stream are joined into a piece as long as its time says when they came, to the second. */
const JOINED_MS = 1_000;

/** Whether the log is still there, asked before every read. */
export interface Reading {
  gone: boolean;
}

/** The pieces of a range that has been checked against the size. The bytes of many small pieces are read together. */
export async function* readLog(paths: LogPaths, range: LogRange, reading: Reading): AsyncGenerator<LogPiece> {
  const files = openFiles(paths);
  try {
    for (const records of files.index.windowsFrom(range.from)) {
      for (const batch of batchesOf(spansOf(records, range))) {
        const from = batch[0]?.start ?? 0;
        const bytes = await readBytes(files.bytes, from, (batch.at(-1)?.end ?? from) - from);
        if (reading.gone) throw removed();
        for (const { start, end, stream, time } of batch)
          yield { offset: start, stream, time, bytes: bytes.subarray(start - from, end - from) };
      }
      if ((records.at(-1)?.end ?? 0) >= range.to) return;
      // A window may hold nothing of the wanted stream, and the next neither: others want their turn.
      await setImmediate();
    }
  } finally {
    files.index.close();
    closeSync(files.bytes);
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly stream: LogPiece['stream'];
  readonly time: number;
}

/** Spans that lie close enough together to be read at once. */
function batchesOf(spans: readonly Span[]): Span[][] {
  const batches: Span[][] = [];
  let batch: Span[] = [];
  for (const span of spans) {
    const [first] = batch;
    if (first !== undefined && span.end - first.start > BATCH_BYTES) {
      batches.push(batch);
      batch = [];
    }
    batch.push(span);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** What becomes a piece each: records of one stream, joined, cut to the range and to the length of a piece. */
function spansOf(records: readonly LocatedRecord[], range: LogRange): Span[] {
  const spans: Span[] = [];
  let joined: Span | null = null;
  for (const record of records) {
    const span = within(record, range);
    if (span === null) continue;
    if (joined !== null && continues(joined, span)) {
      joined = extended(joined, span.end);
      continue;
    }
    if (joined !== null) addPieces(spans, joined);
    joined = span;
  }
  if (joined !== null) addPieces(spans, joined);
  return spans;
}

function within(record: LocatedRecord, { from, to, stream: wanted }: LogRange): Span | null {
  const { stream, time } = record;
  const start = Math.max(from, record.start);
  const end = Math.min(to, record.end);
  if (stream === null || end <= start || (wanted !== undefined && wanted !== stream)) return null;
  return { start, end, stream, time };
}

/** Joined only up to a piece's length, so that a log of one stream is read evenly. */
function continues(joined: Span, { start, end, stream, time }: Span): boolean {
  return (
    joined.stream === stream &&
    joined.end === start &&
    end - joined.start <= PIECE_BYTES &&
    Math.abs(time - joined.time) < JOINED_MS
  );
}

function extended(span: Span, end: number): Span {
  return { ...span, end };
}

function addPieces(spans: Span[], { start, end, stream, time }: Span): void {
  for (let from = start; from < end; from += PIECE_BYTES)
    spans.push({ start: from, end: Math.min(end, from + PIECE_BYTES), stream, time });
}

interface OpenFiles {
  readonly index: IndexFile;
  readonly bytes: number;
}

function openFiles(paths: LogPaths): OpenFiles {
  const index = IndexFile.open(paths.index);
  // There was something to read when the caller looked.
  if (index === null) throw removed();
  try {
    return { index, bytes: openSync(paths.bytes, 'r') };
  } catch (error) {
    index.close();
    throw isMissing(error) ? removed() : readFileError(error);
  }
}

const readAsync = promisify(read);

async function readBytes(descriptor: number, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const left = length - done;
    const got =
      left <= AT_ONCE_BYTES
        ? readSync(descriptor, buffer, done, left, position + done)
        : (await readAsync(descriptor, buffer, done, left, position + done)).bytesRead;
    if (got === 0) throw removed();
    done += got;
  }
  return buffer;
}

function removed(): ErrandError {
  return new ErrandError('gone', 'the log was removed while it was being read');
}
