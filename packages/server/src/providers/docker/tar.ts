/** A file in an archive. */
export interface TarEntry {
  /** At most 100 bytes. */
  readonly name: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

const BLOCK = 512;

/** An archive (POSIX ustar) of one file, of root. */
export function tarOf({ name, mode, bytes }: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const put = (text: string, at: number): void => void header.write(text, at, 'latin1');
  put(name, 0);
  put(octal(mode, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(bytes.length, 11), 124);
  put(octal(0, 11), 136);
  // The checksum is made as if it were blanks.
  put(' '.repeat(8), 148);
  put('0', 156);
  put('ustar\u000000', 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  put(`${octal(sum, 6)}\u0000 `, 148);
  const rest = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
  return Buffer.concat([header, bytes, rest, Buffer.alloc(2 * BLOCK)]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
