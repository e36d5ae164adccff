import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import type { LogPiece } from '@errand/core';
import { isMissing, readFileError } from './file-error.ts';
import { decodeRecord, encodeRecords, type IndexRecord, RECORD_BYTES } from './index-record.ts';
import type { LogPaths } from './layout.ts';

/** As the keeper does: bytes of one stream that arrive so soon after each other share a record, */
const SAME_RECORD_MS = 10;
/** and beyond this many records the last one takes everything, so that an index stays below 32 MB. */
const MOST_RECORDS = 2_000_000;

const MOST_UNJOINED = 64;

/** Up to here a write is over sooner than a thread of the pool is found for it. */
const AT_ONCE_BYTES = 64 * 1024;

/**
 * Writes one log: first the bytes, then their records, so that a record never speaks of bytes that are not there. After any
 * failure, and at the start, the files are what counts: bytes without a record were never acknowledged and are cut off.
 */
export class LogWriter {
  readonly #paths: LogPaths;
  #open: OpenLog | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(paths: LogPaths) {
    this.#paths = paths;
  }

  /** Appends what lies beyond the present size. Resolves with the size then. */
  append(pieces: readonly LogPiece[]): Promise<number> {
    return this.#next(async () => {
      const open = this.#open ?? (await openIfThere(this.#paths));
      this.#open = open;
      const fresh = freshPieces(pieces, open?.size ?? 0);
      if (fresh.length === 0) return open?.size ?? 0;
      const log = open ?? (await openNew(this.#paths));
      this.#open = log;
      await write(log, fresh);
      return log.size;
    });
  }

  /** Gives the bytes without a record to stdout. */
  seal(): Promise<void> {
    return this.#next(async () => {
      await this.#letGo();
      sealLog(this.#paths);
    });
  }

  /** Closes the files once what is under way is done; the next append opens them again. */
  close(): Promise<void> {
    return this.#next(() => this.#letGo());
  }

  /** Nothing is under way and no file is open: a new writer may take its place. */
  get isIdle(): boolean {
    return this.#waiting === 0 && this.#open === null;
  }

  #next<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#waiting += 1;
    const result = this.#turn
      .then(act)
      .catch(async (error: unknown) => {
        await this.#letGo();
        throw readFileError(error);
      })
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #letGo(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.bytes.close();
    await open?.index.close();
  }
}

interface OpenLog {
  readonly bytes: FileHandle;
  readonly index: FileHandle;
  size: number;
  count: number;
  last: IndexRecord | null;
}

/** What of the pieces is new; nothing from the first gap on. */
function freshPieces(pieces: readonly LogPiece[], size: number): LogPiece[] {
  const fresh: LogPiece[] = [];
  let at = size;
  for (const piece of pieces) {
    const known = at - piece.offset;
    if (known < 0) break;
    if (known >= piece.bytes.length) continue;
    const bytes = piece.bytes.subarray(known);
    fresh.push({ ...piece, offset: at, bytes });
    at += bytes.length;
  }
  return fresh;
}

async function write(log: OpenLog, pieces: readonly LogPiece[]): Promise<void> {
  const bytes = pieces.map((piece) => piece.bytes);
  const size = bytes.reduce((sum, { length }) => sum + length, 0);
  // A megabyte comes in pieces of 64 KB: joined it would be copied once more. Lines, of which there may be thousands, are joined.
  if (pieces.length <= MOST_UNJOINED) await writeAllAt(log.bytes, bytes, log.size);
  else await writeAt(log.bytes, Buffer.concat(bytes), log.size);
  // The last record is written again with the new ones, in one piece: it may have been extended.
  const from = log.last === null ? 0 : log.count - 1;
  const records = log.last === null ? [] : [log.last];
  for (const piece of pieces) addRecord(records, piece, from);
  await writeAt(log.index, encodeRecords(records), from * RECORD_BYTES);
  log.size += size;
  log.count = from + records.length;
  log.last = records.at(-1) ?? null;
}

function addRecord(records: IndexRecord[], { offset, stream, time, bytes }: LogPiece, before: number): void {
  const last = records.at(-1);
  const end = offset + bytes.length;
  if (last !== undefined && (before + records.length >= MOST_RECORDS || isContinued(last, stream, time)))
    records[records.length - 1] = { ...last, end };
  else records.push({ end, stream, time });
}

function isContinued(last: IndexRecord, stream: LogPiece['stream'], time: number): boolean {
  return last.stream === stream && time >= last.time && time - last.time <= SAME_RECORD_MS;
}

async function writeAllAt(file: FileHandle, pieces: readonly Uint8Array[], position: number): Promise<void> {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return await writeAt(file, only, position);
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const bytesWritten =
    size <= AT_ONCE_BYTES
      ? writevSync(file.fd, pieces, position)
      : (await file.writev(pieces as Uint8Array[], position)).bytesWritten;
  // A disk that is nearly full takes a part; the next call says why.
  if (bytesWritten < size)
    await writeAt(file, Buffer.concat(pieces).subarray(bytesWritten), position + bytesWritten);
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const left = bytes.length - done;
    done +=
      left <= AT_ONCE_BYTES
        ? writeSync(file.fd, bytes, done, left, position + done)
        : (await file.write(bytes, done, left, position + done)).bytesWritten;
  }
}

async function openIfThere(paths: LogPaths): Promise<OpenLog | null> {
  try {
    return await openFiles(paths, constants.O_RDWR);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function openNew(paths: LogPaths): Promise<OpenLog> {
  await mkdir(paths.folder, { recursive: true, mode: 0o700 });
  return openFiles(paths, constants.O_RDWR | constants.O_CREAT);
}

async function openFiles(paths: LogPaths, flags: number): Promise<OpenLog> {
  const bytes = await open(paths.bytes, flags, 0o600);
  // Made with the bytes where a writer was killed in between.
  const index = await open(paths.index, flags | constants.O_CREAT, 0o600).catch(async (error: unknown) => {
    await bytes.close();
    throw error;
  });
  return heal({ bytes, index, size: 0, count: 0, last: null });
}

/** Cuts off half a record, and bytes without one. */
async function heal(log: OpenLog): Promise<OpenLog> {
  const indexSize = (await log.index.stat()).size;
  log.count = Math.floor(indexSize / RECORD_BYTES);
  log.last = await lastRecord(log.index, log.count);
  log.size = log.last?.end ?? 0;
  if (indexSize % RECORD_BYTES !== 0) await log.index.truncate(log.count * RECORD_BYTES);
  if ((await log.bytes.stat()).size > log.size) await log.bytes.truncate(log.size);
  return log;
}

/**
 * Synchronous, because it comes at the end of every run: a few small calls on what was just written, each of which would take longer to
 * find a thread of the pool than to be done.
 */
function sealLog(paths: LogPaths): void {
  if (!existsSync(paths.bytes)) return;
  const bytes = openSync(paths.bytes, 'r');
  try {
    const index = openSync(paths.index, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      giveRest(bytes, index);
    } finally {
      closeSync(index);
    }
  } finally {
    closeSync(bytes);
  }
}

function giveRest(bytes: number, index: number): void {
  const { size, mtimeMs } = fstatSync(bytes);
  const count = Math.floor(fstatSync(index).size / RECORD_BYTES);
  const last = Buffer.alloc(RECORD_BYTES);
  if (count > 0) readSync(index, last, 0, RECORD_BYTES, (count - 1) * RECORD_BYTES);
  const recorded = count > 0 ? decodeRecord(last, 0).end : 0;
  if (size <= recorded) return;
  const rest = encodeRecords([{ end: size, stream: 'stdout', time: mtimeMs }]);
  writeSync(index, rest, 0, rest.length, count * RECORD_BYTES);
}

async function lastRecord(index: FileHandle, count: number): Promise<IndexRecord | null> {
  if (count === 0) return null;
  const buffer = Buffer.alloc(RECORD_BYTES);
  await index.read(buffer, 0, RECORD_BYTES, (count - 1) * RECORD_BYTES);
  return decodeRecord(buffer, 0);
}
