const NEWLINE = 10;
/** A line that grows beyond this is broken, so that nobody holds it in memory. */
const LONGEST = 64 * 1024;

/** Puts a prefix before each line of one stream. Only whole lines come out, because several agents write to one terminal. */
export class PrefixedLines {
  readonly #prefix: Buffer;
  #rest: Buffer = Buffer.alloc(0);

  constructor(prefix: string) {
    this.#prefix = Buffer.from(prefix);
  }

  /** The lines that are whole now. */
  push(bytes: Uint8Array): Uint8Array {
    const all = Buffer.concat([this.#rest, bytes]);
    const lines: Buffer[] = [];
    let at = 0;
    for (;;) {
      const newline = all.indexOf(NEWLINE, at);
      const end = newline < 0 ? Math.min(all.length, at + LONGEST) : newline;
      if (newline < 0 && end - at < LONGEST) break;
      lines.push(this.#prefix, all.subarray(at, end), Buffer.from('\n'));
      at = newline < 0 ? end : newline + 1;
    }
    this.#rest = all.subarray(at);
    return Buffer.concat(lines);
  }

  /** What is left when the stream has ended, as a line. */
  end(): Uint8Array {
    return this.#rest.length === 0 ? Buffer.alloc(0) : this.push(Buffer.from('\n'));
  }
}
