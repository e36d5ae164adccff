import { styleBehind } from './ansi-line.ts';
import { type AnsiStyle, PLAIN } from './ansi-style.ts';

/** A line, or a part of a very long one, by combined offsets. */
export interface LogLine {
  readonly start: number;
  /** Behind its newline, where it has one. */
  readonly end: number;
  /** It may still grow. */
  readonly open: boolean;
  /** How it looks at its beginning, as the lines before it left it. */
  readonly style: AnsiStyle;
  /** It goes on with what the line before it began. */
  readonly continued: boolean;
}

export interface WindowPiece {
  readonly offset: number;
  readonly stream: 'stdout' | 'stderr';
  readonly time: number;
  readonly bytes: Uint8Array;
}

/** Who wrote the bytes from `start` on, and when. */
export interface Origin {
  readonly start: number;
  readonly stream: 'stdout' | 'stderr';
  readonly time: number;
}

const NEWLINE = 10;
const ESCAPE = 27;

/** Longer lines are shown in parts: a row of a megabyte would freeze the page. */
const LONGEST_LINE = 4_096;

/** A stretch of a log in memory, cut into lines. It grows at both ends and is cut at both ends, whatever the log's length. */
export class LogWindow {
  #bytes = new Uint8Array(256 * 1024);
  #length = 0;
  #lines: LogLine[] = [];
  #origins: Origin[] = [];
  /** Offset of its first byte. */
  start = 0;

  /** Offset behind its last byte. */
  get end(): number {
    return this.start + this.#length;
  }

  get length(): number {
    return this.#length;
  }

  /** One and the same list, which changes with the window: copying it at every piece would cost more than cutting. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Begins anew, empty, at an offset. */
  reset(start: number): void {
    this.start = start;
    this.#length = 0;
    this.#lines = [];
    this.#origins = [];
    this.#bytes = new Uint8Array(256 * 1024);
  }

  /** Adds what follows its end. Pieces elsewhere are not taken. */
  append({ offset, bytes, stream, time }: WindowPiece): boolean {
    if (this.#length === 0) this.start = offset;
    if (offset !== this.end) return false;
    this.#reserve(this.#length + bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    addOrigin(this.#origins, { start: offset, stream, time });
    this.#scan();
    return true;
  }

  /** Adds what lies directly before its start. */
  prepend(pieces: readonly WindowPiece[]): boolean {
    const [first] = pieces;
    const length = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (first === undefined || first.offset + length !== this.start) return false;
    this.#reserve(this.#length + length);
    this.#bytes.copyWithin(length, 0, this.#length);
    for (const { offset, bytes } of pieces) this.#bytes.set(bytes, offset - first.offset);
    const origins: Origin[] = [];
    for (const { offset, stream, time } of pieces) addOrigin(origins, { start: offset, stream, time });
    for (const origin of this.#origins) addOrigin(origins, origin);
    this.#origins = origins;
    this.#length += length;
    this.start = first.offset;
    this.#lines = [];
    this.#scan();
    return true;
  }

  /** Forgets lines at its beginning until about so many bytes are left. */
  trimFront(keep: number): void {
    const index = this.#lines.findIndex(({ start }) => this.end - start <= keep);
    const line = this.#lines[index];
    if (index <= 0 || line === undefined) return;
    const gone = line.start - this.start;
    this.#bytes.copyWithin(0, gone, this.#length);
    this.#length -= gone;
    this.start = line.start;
    this.#lines.splice(0, index);
    const origin = this.originOf(line.start);
    this.#origins = [
      { ...origin, start: line.start },
      ...this.#origins.filter(({ start }) => start > line.start),
    ];
  }

  /** Forgets lines at its end until about so many bytes are left. */
  trimBack(keep: number): void {
    const index = this.#lines.findIndex(({ end }) => end - this.start > keep);
    const line = this.#lines[index];
    if (index <= 0 || line === undefined) return;
    this.#length = line.start - this.start;
    this.#lines.length = index;
    this.#origins = this.#origins.filter(({ start }) => start < line.start);
  }

  /** The text of a line, without its newline. */
  textOf({ start, end }: LogLine): string {
    return decoder.decode(this.#bytes.subarray(start - this.start, end - this.start)).replace(/\r?\n$/, '');
  }

  /** Who wrote the byte at an offset, and when. */
  originOf(offset: number): Origin {
    let low = 0;
    let high = this.#origins.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#origins[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#origins[low] ?? { start: offset, stream: 'stdout', time: 0 };
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(bytes, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  /** Cuts what is not cut yet; the last line is cut again, since it may have grown. */
  #scan(): void {
    const lines = this.#lines;
    const last = lines.at(-1)?.open === true ? lines.pop() : undefined;
    const before = lines.at(-1);
    let at = (last?.start ?? before?.end ?? this.start) - this.start;
    let style = last?.style ?? (before === undefined ? PLAIN : this.#styleAfter(before));
    let continued = last?.continued ?? (before !== undefined && !this.#endsWithNewline(before));
    while (at < this.#length) {
      const line = this.#cut(at, { style, continued });
      lines.push(line);
      style = this.#styleAfter(line);
      continued = !this.#endsWithNewline(line);
      at = line.end - this.start;
    }
  }

  #cut(at: number, how: Pick<LogLine, 'style' | 'continued'>): LogLine {
    const limit = Math.min(this.#length, at + LONGEST_LINE);
    const newline = this.#bytes.subarray(at, limit).indexOf(NEWLINE);
    const whole = newline !== -1 || limit < this.#length;
    const end = newline !== -1 ? at + newline + 1 : whole ? this.#characterBefore(limit) : limit;
    return { start: this.start + at, end: this.start + end, open: !whole, ...how };
  }

  /** Where a part may end without cutting a character of UTF-8 in two. */
  #characterBefore(at: number): number {
    for (let back = 0; back < 4; back += 1)
      if (((this.#bytes[at - back] ?? 0) & 0xc0) !== 0x80) return at - back;
    return at;
  }

  #endsWithNewline({ end }: LogLine): boolean {
    return this.#bytes[end - 1 - this.start] === NEWLINE;
  }

  #styleAfter(line: LogLine): AnsiStyle {
    const bytes = this.#bytes.subarray(line.start - this.start, line.end - this.start);
    return bytes.includes(ESCAPE) ? styleBehind(decoder.decode(bytes), line.style) : line.style;
  }
}

const decoder = new TextDecoder();

/** Neighbours that only repeat what is known are left out. */
function addOrigin(origins: Origin[], origin: Origin): void {
  const last = origins.at(-1);
  if (last === undefined || last.stream !== origin.stream || last.time !== origin.time) origins.push(origin);
}
