import { closeSync, fstatSync, openSync, readSync, read as readWithCallback } from 'node:fs';
import { promisify } from 'node:util';
import { errorCode } from '../keeper/error-code.ts';
import { parseIndex, RECORD_SIZE, spoolPaths } from '../keeper/spool-files.ts';
import type { LogFile } from '../ports.ts';

const readAsync = promisify(readWithCallback);

/** Up to here a read is over sooner than a thread of the pool is found for it. */
const SYNC_BYTES = 64 * 1024;

/** The log that a keeper writes to a prefix. Its files are opened when they are first needed, for they come with the first byte. */
export function openFileLog(prefix: string): LogFile {
  const paths = spoolPaths(prefix);
  const log = lazyFile(paths.log);
  const index = lazyFile(paths.idx);
  return {
    size: () => log.size(),
    read: (from, length) => log.read(from, length),
    records: (from, limit) =>
      parseIndex(log.size() === 0 ? NOTHING : index.now(from * RECORD_SIZE, limit * RECORD_SIZE)),
    close: () => {
      log.close();
      index.close();
    },
  };
}

const NOTHING = Buffer.alloc(0);

interface LazyFile {
  size(): number;
  /** As many bytes as there are, without waiting. */
  now(from: number, length: number): Buffer;
  read(from: number, length: number): Promise<Buffer>;
  close(): void;
}

function lazyFile(path: string): LazyFile {
  let file: number | undefined;
  let closed = false;
  const open = (): number | undefined => {
    if (!closed) file ??= openIfThere(path);
    return file;
  };
  const room = (from: number, length: number): Buffer => {
    const fd = open();
    const there = fd === undefined ? 0 : fstatSync(fd).size - from;
    return Buffer.allocUnsafe(Math.max(0, Math.min(length, there)));
  };
  const now = (from: number, length: number): Buffer => {
    const bytes = room(from, length);
    return file === undefined ? NOTHING : bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
  };
  return {
    now,
    size: () => {
      const fd = open();
      return fd === undefined ? 0 : fstatSync(fd).size;
    },
    read: async (from, length) => {
      if (length <= SYNC_BYTES) return now(from, length);
      const bytes = room(from, length);
      if (file === undefined) return NOTHING;
      const { bytesRead } = await readAsync(file, bytes, 0, bytes.length, from);
      return bytes.subarray(0, bytesRead);
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
      closed = true;
    },
  };
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
