import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { errorCode } from './error-code.ts';
import { parseEnd, type SpoolEnd } from './spool-end.ts';

/** Size of one slot of `prefix.run`; the file has three. */
export const SLOT_SIZE = 256;

/** What the keeper wrote before it started the command. */
export interface SpoolExec {
  pid: number;
  boot: string;
  time: number;
}

/** The three slots of `prefix.run`; a slot that was never written whole is undefined. */
export interface SpoolRun {
  attempt: string | undefined;
  exec: SpoolExec | undefined;
  end: SpoolEnd | undefined;
}

/** The paths of an attempt's three files. */
export function spoolPaths(prefix: string): { run: string; log: string; idx: string } {
  return { run: `${prefix}.run`, log: `${prefix}.log`, idx: `${prefix}.idx` };
}

/**
 * Makes `prefix.run` with the agent's own slot. All three slots get their blocks now, so that a disk which is full
 * later cannot lose the end. Behind them comes what else the agent wants to know. Throws when the file is there already: an attempt is written once.
 */
export function createRunFile(prefix: string, attempt: string, more: Uint8Array = new Uint8Array()): void {
  const bytes = Buffer.alloc(3 * SLOT_SIZE + more.length, ' ');
  bytes.set(more, 3 * SLOT_SIZE);
  encodeSlot(`attempt ${attempt}`).copy(bytes);
  const file = openSync(spoolPaths(prefix).run, 'wx', 0o600);
  try {
    writeSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

/** Replaces the agent's own slot with one write. */
export function writeAttempt(prefix: string, attempt: string): void {
  const file = openSync(spoolPaths(prefix).run, 'r+');
  try {
    writeSync(file, encodeSlot(`attempt ${attempt}`), 0, SLOT_SIZE, 0);
  } finally {
    closeSync(file);
  }
}

/** Reads `prefix.run`; throws ENOENT when there is none. */
export function readRunFile(prefix: string): SpoolRun {
  const bytes = Buffer.alloc(3 * SLOT_SIZE);
  const file = openSync(spoolPaths(prefix).run, 'r');
  try {
    return parseRunFile(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)));
  } finally {
    closeSync(file);
  }
}

/** Reads the bytes of a `.run` file. */
export function parseRunFile(bytes: Buffer): SpoolRun {
  const attempt = slotText(bytes, 0);
  const exec = slotText(bytes, 1);
  const end = slotText(bytes, 2);
  return {
    attempt: attempt?.startsWith('attempt ') === true ? attempt.slice(8) : undefined,
    exec: exec === undefined ? undefined : parseExec(exec),
    end: end === undefined ? undefined : parseEnd(end),
  };
}

/** Reads all records of `prefix.idx`; none when the file is not there yet. */
export function readIndex(prefix: string): IndexRecord[] {
  try {
    return parseIndex(readFileSync(spoolPaths(prefix).idx));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Size of one record of `prefix.idx`. */
export const RECORD_SIZE = 16;

/** Where the bytes of a record come from; `gap` stands where the cap dropped bytes. */
export type RecordStream = 'stdout' | 'stderr' | 'gap';

/** One record of `prefix.idx`: its bytes lie between the end of the record before it and its own. */
export interface IndexRecord {
  end: number;
  time: number;
  stream: RecordStream;
}

/** Reads records; a half-written one at the end is passed over. */
export function parseIndex(bytes: Buffer): IndexRecord[] {
  const records: IndexRecord[] = [];
  for (let at = 0; at + RECORD_SIZE <= bytes.length; at += RECORD_SIZE) {
    const meta = bytes.readBigUInt64LE(at + 8);
    records.push({
      end: Number(bytes.readBigUInt64LE(at)),
      time: Number(meta >> 8n),
      stream: STREAMS[Number(meta & 0xffn)] ?? 'stdout',
    });
  }
  return records;
}

const STREAMS: readonly RecordStream[] = ['gap', 'stdout', 'stderr'];

function encodeSlot(text: string): Buffer {
  const slot = Buffer.alloc(SLOT_SIZE, ' ');
  const bytes = Buffer.from(text);
  if (bytes.length >= SLOT_SIZE || bytes.includes(10)) {
    throw new RangeError(`a slot holds one line of ${SLOT_SIZE - 1} bytes`);
  }
  bytes.copy(slot);
  slot[SLOT_SIZE - 1] = 10;
  return slot;
}

function slotText(bytes: Buffer, index: number): string | undefined {
  const slot = bytes.subarray(index * SLOT_SIZE, (index + 1) * SLOT_SIZE);
  return slot.length === SLOT_SIZE && slot[SLOT_SIZE - 1] === 10 ? slot.toString().trimEnd() : undefined;
}

function parseExec(line: string): SpoolExec | undefined {
  const match = /^exec pid=(\d+) boot=(\S+) time=(\d+)/.exec(line);
  if (match === null) return undefined;
  return { pid: Number(match[1]), boot: match[2] ?? '', time: Number(match[3]) };
}
