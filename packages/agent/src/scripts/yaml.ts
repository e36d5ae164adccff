import { flowEnd, parseFlow } from './yaml-flow.ts';
import { isQuoted, parseKey, scalarOf } from './yaml-scalar.ts';

/** What this reader does not take; the message names the line. */
export class YamlRefusal extends Error {
  override readonly name = 'YamlRefusal';
}

/**
 * Reads the part of YAML 1.2 in which definitions are written: mappings, lists, scalars, texts by `|` and `>`, `[..]` and `{..}`. What it
 * takes means what YAML says; anything else (anchors, tags, more than one document ...) is refused, never guessed. By hand, because the agent is one
 * small file without libraries; a test holds it against the library that the server uses.
 */
export function parseYaml(text: string): unknown {
  const reader = new Reader(linesOf(text));
  const value = reader.value(0);
  reader.expectEnd();
  return value;
}

interface Line {
  readonly number: number;
  readonly indent: number;
  /** Without indentation; comments are still in it. */
  readonly text: string;
  readonly blank: boolean;
}

function linesOf(text: string): readonly Line[] {
  const all = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split('\n');
  const start = all.findIndex((line) => /^---(\s|$)/.test(line));
  const isHead = start >= 0 && all.slice(0, start).every((line) => /^\s*(#.*)?$/.test(line));
  if (isHead && !/^---\s*(#.*)?$/.test(all[start] ?? '')) fail(start + 1, 'write nothing behind ---');
  const body = isHead ? all.map((line, at) => (at <= start ? '' : line)) : all;
  return body.map((line, at) => {
    const indent = line.length - line.trimStart().length;
    const text = line.slice(indent);
    const blank = text === '' || text.startsWith('#');
    if (!blank && line.slice(0, indent).includes('\t')) fail(at + 1, 'indent with blanks, not with tabs');
    if (indent === 0 && /^(---|\.\.\.|%)/.test(text)) fail(at + 1, 'one document without directives is read');
    return { number: at + 1, indent, text, blank };
  });
}

class Reader {
  readonly #lines: readonly Line[];
  #at = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  /** The value that begins with the next line, if that is indented by at least so much; else null. */
  value(indent: number): unknown {
    const line = this.#peek();
    if (line === undefined || line.indent < indent) return null;
    if (isItem(line.text)) return this.#list(line.indent);
    if (keyOf(line) !== undefined) return this.#mapping(line.indent);
    this.#at += 1;
    const isText = indent === 0 && !/^[[{]/.test(line.text);
    if (isText) fail(line.number, 'a line of the form `key: value` is expected here');
    if (/^[|>]/.test(line.text)) fail(line.number, 'write | or > behind its key');
    return this.#inline(line, line.text, line.indent - 1);
  }

  expectEnd(): void {
    const line = this.#peek();
    if (line !== undefined) fail(line.number, 'this line does not belong to what stands before it');
  }

  #peek(): Line | undefined {
    while (this.#lines[this.#at]?.blank === true) this.#at += 1;
    return this.#lines[this.#at];
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = [];
    for (let line = this.#peek(); line?.indent === indent && isItem(line.text); line = this.#peek()) {
      items.push(this.#item(line, indent));
    }
    this.#refuseDeeper(indent);
    return items;
  }

  /** `- key: value` begins a mapping whose further keys stand below the first. */
  #item(line: Line, indent: number): unknown {
    const rest = line.text.slice(1).trimStart();
    if (rest === '' || rest.startsWith('#')) {
      this.#at += 1;
      return this.value(indent + 1);
    }
    const inner = { ...line, text: rest, indent: indent + line.text.length - rest.length };
    if (isItem(rest) || keyOf(inner) !== undefined) return this.#nested(inner);
    this.#at += 1;
    return this.#inline(line, rest, indent);
  }

  #nested(inner: Line): unknown {
    const reader = new Reader(this.#lines.map((line, at) => (at === this.#at ? inner : line)));
    reader.#at = this.#at;
    const value = reader.value(inner.indent);
    this.#at = reader.#at;
    return value;
  }

  #mapping(indent: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    for (let line = this.#peek(); line?.indent === indent; line = this.#peek()) {
      const key = keyOf(line);
      if (key === undefined) return fail(line.number, 'a line of the form `key: value` is expected here');
      if (entries.has(key.name)) fail(line.number, `the key ${key.name} stands here twice`);
      this.#at += 1;
      entries.set(key.name, this.#valueOfKey(line, key.rest, indent));
    }
    this.#refuseDeeper(indent);
    return Object.fromEntries(entries);
  }

  /** A list may stand as deep as the key that it belongs to. */
  #valueOfKey(line: Line, rest: string, indent: number): unknown {
    if (rest !== '' && !rest.startsWith('#')) return this.#inline(line, rest, indent);
    const next = this.#peek();
    if (next?.indent === indent && isItem(next.text)) return this.#list(indent);
    return this.value(indent + 1);
  }

  #refuseDeeper(indent: number): void {
    const line = this.#peek();
    if (line !== undefined && line.indent > indent) fail(line.number, 'this line is indented too far');
  }

  /** What stands behind `key:` or `-`, and the lines that belong to it. `indent`: of the line that it belongs to. */
  #inline(line: Line, text: string, indent: number): unknown {
    if (/^[|>]/.test(text)) return this.#block(line, text, indent);
    const whole = /^[[{]/.test(text) ? this.#untilClosed(line, text) : text;
    const next = this.#peek();
    const isOne = next === undefined || next.indent <= indent;
    if (!isOne) fail(next.number, 'a value that goes on in the next line is not read: use | or >');
    try {
      return /^[[{]/.test(whole) ? parseFlow(whole) : scalarOf(whole);
    } catch (error) {
      return fail(line.number, error instanceof Error ? error.message : String(error));
    }
  }

  #untilClosed(line: Line, text: string): string {
    let whole = text;
    while (flowEnd(whole) === undefined) {
      const next = this.#lines[this.#at];
      if (next === undefined) return fail(line.number, 'a bracket is not closed');
      if (next.blank || /\s#/.test(next.text))
        fail(next.number, 'no comments and empty lines within brackets');
      whole = `${whole.trimEnd()} ${next.text}`;
      this.#at += 1;
    }
    return whole;
  }

  #block(line: Line, text: string, indent: number): string {
    const [, style, chomp] =
      /^([|>])([+-]?)\s*(?:#.*)?$/.exec(text) ?? fail(line.number, 'write |, |-, |+, > or >-');
    const lines: Line[] = [];
    for (let next = this.#lines[this.#at]; next !== undefined; next = this.#lines[this.#at]) {
      if (next.text !== '' && next.indent <= indent) break;
      lines.push(next);
      this.#at += 1;
    }
    const depth = lines.find((one) => one.text !== '')?.indent;
    if (depth === undefined)
      return chomp === '+' ? fail(line.number, 'a text without a line takes no +') : '';
    const texts = lines.map((one) => {
      if (one.text === '' && one.indent > depth) fail(one.number, 'there are blanks in an empty line');
      if (one.text !== '' && one.indent < depth)
        fail(one.number, 'this line is indented less than the first of its text');
      return ' '.repeat(Math.max(0, one.indent - depth)) + one.text;
    });
    if (style === '>' && texts.some((one) => /^\s/.test(one)))
      fail(line.number, 'lines of a > text stand equally deep');
    return chomped(texts, { folded: style === '>', chomp: chomp ?? '' });
  }
}

function chomped(texts: readonly string[], { folded, chomp }: { folded: boolean; chomp: string }): string {
  const last = texts.findLastIndex((text) => text !== '');
  const body = texts.slice(0, last + 1);
  const blanks = texts.length - body.length;
  const joined = folded ? fold(body) : body.join('\n');
  if (chomp === '-') return joined;
  if (chomp === '') return `${joined}\n`;
  // The split of the text leaves an empty piece behind its last newline.
  return joined + '\n'.repeat(Math.max(1, blanks));
}

/** One newline becomes a blank, each further one stays. */
function fold(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replaceAll(/([^\n])\n(?!\n)(?=[^\n])/g, '$1 ')
    .replaceAll(/([^\n])\n(\n+)/g, '$1$2');
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

function keyOf(line: Line): { readonly name: string; readonly rest: string } | undefined {
  try {
    return parseKey(line.text);
  } catch (error) {
    return isQuoted(line.text)
      ? undefined
      : fail(line.number, error instanceof Error ? error.message : String(error));
  }
}

function fail(line: number, sentence: string): never {
  throw new YamlRefusal(`line ${line}: ${sentence}`);
}
