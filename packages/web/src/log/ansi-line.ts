import { type AnsiStyle, PLAIN, styleAfter } from './ansi-style.ts';

/** A part of a line that looks the same from end to end. */
export interface Span {
  readonly text: string;
  readonly style: AnsiStyle;
  /** http or https only. */
  readonly href: string | null;
}

/**
 * One line of output as people would see it in a terminal: colours, links, what carriage returns and backspaces overwrote. Everything else that a
 * terminal would obey (moving about, clearing, titles, questions) is left out, so no output can do anything but be read.
 */
export function parseLine(text: string, begin: AnsiStyle): readonly Span[] {
  if (!SPECIAL.test(text)) return text === '' ? [] : [{ text, style: begin, href: null }];
  const line = new Line(begin);
  for (const [token] of text.matchAll(TOKEN)) line.take(token);
  return line.spans();
}

/** The style with which the next line begins. */
export function styleBehind(text: string, begin: AnsiStyle): AnsiStyle {
  let style = begin;
  for (const [, parameters = ''] of text.matchAll(COLOR)) style = styleAfter(style, parameters);
  return style;
}

/* oxlint-disable no-control-regex -- control characters are what this file is about */
const SPECIAL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const COLOR = /\x1b\[([\d;:]*)m/g;

/**
 * Plain text; CSI sequences; strings such as OSC, DCS and APC up to their end, or to the end of the line where somebody forgot it; other sequences; single controls.
 */
const TOKEN =
  /[^\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])(?:[^\x07\x1b\x9c]|\x1b(?!\\))*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?|[\s\S]/g;
const SEQUENCE = /^(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])$/;
const LINK = /^(?:\x1b\]|\x9d)8;[^;]*;([^\x07\x1b\x9c]*)/;
const PLAIN_TEXT = /^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
/* oxlint-enable no-control-regex */

/** A line of a terminal is at most so wide; a program that asks for more gets no more memory. */
const WIDEST = 10_000;

interface Cell {
  readonly text: string;
  readonly style: AnsiStyle;
  readonly href: string | null;
}

/** What a terminal would show of one line, cell by cell. */
class Line {
  readonly #cells: (Cell | undefined)[] = [];
  #column = 0;
  #style: AnsiStyle;
  #href: string | null = null;

  constructor(begin: AnsiStyle) {
    this.#style = begin;
  }

  take(token: string): void {
    if (PLAIN_TEXT.test(token)) return this.#write(token);
    if (token === '\r') this.#column = 0;
    else if (token === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (token.startsWith('\x1b') || token.startsWith('\x9b') || token.startsWith('\x9d'))
      this.#obey(token);
  }

  spans(): readonly Span[] {
    const spans: { text: string; style: AnsiStyle; href: string | null }[] = [];
    for (let at = 0; at < this.#cells.length; at += 1) {
      const { text, style, href } = this.#cells[at] ?? { text: ' ', style: PLAIN, href: null };
      const last = spans.at(-1);
      if (last !== undefined && last.style === style && last.href === href) last.text += text;
      else spans.push({ text, style, href });
    }
    return spans;
  }

  #write(text: string): void {
    for (const character of text) {
      if (this.#column >= WIDEST) return;
      this.#cells[this.#column] = { text: character, style: this.#style, href: this.#href };
      this.#column += 1;
    }
  }

  #obey(token: string): void {
    const link = LINK.exec(token);
    if (link !== null) this.#href = /^https?:\/\//i.test(link[1] ?? '') ? (link[1] ?? null) : null;
    const [, parameters = '', kind] = SEQUENCE.exec(token) ?? [];
    if (kind === undefined) return;
    const count = Math.min(WIDEST, Number(/^\d+/.exec(parameters)?.[0] ?? 0));
    if (kind === 'm')
      this.#style = /^[\d;:]*$/.test(parameters) ? styleAfter(this.#style, parameters) : this.#style;
    else if (kind === 'K') this.#erase(count);
    else if (kind === 'G') this.#column = Math.max(0, count - 1);
    else if (kind === 'C') this.#column = Math.min(WIDEST, this.#column + Math.max(1, count));
    else if (kind === 'D') this.#column = Math.max(0, this.#column - Math.max(1, count));
  }

  /** 0: from the cursor on, 1: up to it, 2: all of the line. */
  #erase(which: number): void {
    if (which === 0) this.#cells.length = Math.min(this.#cells.length, this.#column);
    if (which === 1) this.#cells.fill(undefined, 0, this.#column + 1);
    if (which === 2) this.#cells.length = 0;
  }
}
