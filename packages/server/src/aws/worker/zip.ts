import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Rights, such as 0o755. */
  readonly mode: number;
}

/** 1980-01-01, the first day that a zip knows: so that the same files are the same bytes whenever they are packed. */
const DOS_DATE = 33;
const DEFLATED = 8;
const VERSION = 20;
/** Whoever made it has the rights of Unix in the upper half of the attributes. */
const MADE_BY = (3 << 8) | VERSION;
const REGULAR_FILE = 0o100000;

/** A zip archive in memory (APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16), for a few files of a few megabytes. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const listed: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { file, listing } = packed(entry, offset);
    files.push(file);
    listed.push(listing);
    offset += file.length;
  }
  const directory = Buffer.concat(listed);
  const count = entries.length;
  const end = [long(0x06054b50), short(0, 0, count, count), long(directory.length, offset), short(0)];
  return Buffer.concat([...files, directory, ...end]);
}

/** One file as it stands in the archive, and its line in the directory at the end. */
function packed(
  { name, bytes, mode }: ZipEntry,
  offset: number,
): { readonly file: Buffer; readonly listing: Buffer } {
  const content = deflateRawSync(bytes, { level: 9 });
  const common = Buffer.concat([
    short(VERSION, 0, DEFLATED, 0, DOS_DATE),
    long(crc32(bytes), content.length, bytes.length),
    short(Buffer.byteLength(name), 0),
  ]);
  const called = Buffer.from(name);
  const rights = ((REGULAR_FILE | mode) << 16) >>> 0;
  return {
    file: Buffer.concat([long(0x04034b50), common, called, content]),
    listing: Buffer.concat([
      long(0x02014b50),
      short(MADE_BY),
      common,
      short(0, 0, 0),
      long(rights, offset),
      called,
    ]),
  };
}

/** Numbers of two bytes, little-endian. */
function short(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * 2);
  for (const [index, number] of numbers.entries()) buffer.writeUInt16LE(number, index * 2);
  return buffer;
}

/** Numbers of four bytes, little-endian. */
function long(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) buffer.writeUInt32LE(number, index * 4);
  return buffer;
}
