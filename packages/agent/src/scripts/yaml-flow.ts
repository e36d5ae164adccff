import { isQuoted, plain, quoted } from './yaml-scalar.ts';

/** Where the bracket that the text begins with is closed; undefined where it is not. */
export function flowEnd(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    const opensQuote = isQuoted(sign) && /[\s[{,:]/.test(text[at - 1] ?? '');
    if (opensQuote) {
      const length = quoteLength(text.slice(at));
      if (length === undefined) return undefined;
      at += length - 1;
    } else if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

function quoteLength(text: string): number | undefined {
  try {
    return text.length - quoted(text).rest.length;
  } catch {
    return undefined;
  }
}

/** `[..]` or `{..}` with what may stand behind it; throws an Error with a sentence. */
export function parseFlow(text: string): unknown {
  const flow = new Flow(text);
  const value = flow.value();
  flow.expectEnd();
  return value;
}

class Flow {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    this.#skip();
    const sign = this.#text[this.#at];
    if (sign === '[') return this.#list();
    if (sign === '{') return this.#mapping();
    return isQuoted(sign ?? '') ? this.#quoted() : plain(this.#word());
  }

  expectEnd(): void {
    if (!/^\s*$|^\s+#/.test(this.#text.slice(this.#at)))
      throw new Error('something stands behind the closing bracket');
  }

  #list(): unknown[] {
    const items: unknown[] = [];
    this.#at += 1;
    while (!this.#closes(']')) {
      const item = this.value();
      if (item === null && this.#isEmptyBefore()) throw new Error('an element of a list is missing');
      items.push(item);
      this.#separate(']');
    }
    return items;
  }

  #mapping(): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    this.#at += 1;
    while (!this.#closes('}')) {
      const isText = isQuoted(this.#text[this.#at] ?? '');
      const key = isText ? this.#quoted() : plain(this.#word());
      if (typeof key !== 'string') throw new Error('quote keys that are not texts');
      if (entries.has(key)) throw new Error(`the key ${key} stands here twice`);
      this.#skip();
      if (this.#text[this.#at] !== ':') throw new Error(`a colon is missing behind ${key}`);
      this.#at += 1;
      if (!isText && !/[\s[{,}]/.test(this.#text[this.#at] ?? ''))
        throw new Error(`a blank is missing behind ${key}:`);
      entries.set(key, this.value());
      this.#separate('}');
    }
    return Object.fromEntries(entries);
  }

  #quoted(): string {
    const { value, rest } = quoted(this.#text.slice(this.#at));
    this.#at = this.#text.length - rest.length;
    return value;
  }

  /** Up to what ends a plain scalar within brackets. */
  #word(): string {
    const [word = ''] = /^(?:[^,[\]{}:#]|:(?![\s,[\]{}]|$)|(?<=\S)#)*/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += word.length;
    return word;
  }

  #separate(end: string): void {
    this.#skip();
    if (this.#text[this.#at] === ',') this.#at += 1;
    else if (this.#text[this.#at] !== end) throw new Error('a comma or a closing bracket is missing');
  }

  #closes(end: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== end) return false;
    this.#at += 1;
    return true;
  }

  #isEmptyBefore(): boolean {
    return /[[,]\s*$/.test(this.#text.slice(0, this.#at));
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
}
