/** A scalar of one line with what may stand behind it; throws an Error with a sentence. */
export function scalarOf(text: string): unknown {
  if (isQuoted(text)) {
    const { value, rest } = quoted(text);
    if (!/^\s*$|^\s+#/.test(rest)) throw new Error('something stands behind the closing quote');
    return value;
  }
  return plain(text);
}

export function isQuoted(text: string): boolean {
  return text.startsWith('"') || text.startsWith("'");
}

/** `name: rest`; undefined where the line is none. */
export function parseKey(text: string): { readonly name: string; readonly rest: string } | undefined {
  if (isQuoted(text)) {
    const { value, rest } = quoted(text);
    const behind = /^\s*:(?:\s+(.*))?$/.exec(rest);
    return behind === null ? undefined : { name: value, rest: behind[1] ?? '' };
  }
  if (/^[[{|>]/.test(text)) return undefined;
  const found = /^([^#]*?|[^#]*?\S#.*?)\s*:(?:\s+(.*))?$/.exec(text);
  if (found === null) return undefined;
  const [, name = '', rest = ''] = found;
  if (/\s#/.test(name)) return undefined;
  const key = plain(name);
  if (name === '<<' || name === '') throw new Error('a key is missing, or it is << , which is not read');
  if (typeof key !== 'string') throw new Error(`quote the key ${name}: only texts are keys`);
  return { name: key, rest };
}

const NUMBER = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/** A plain scalar by the core schema of YAML 1.2. */
export function plain(text: string): unknown {
  const word = text.replace(/\s+#.*$/, '').trim();
  if (/^[&*!%@`|>]|^[?-](\s|$)/.test(word))
    throw new Error(`quote ${word}: it begins with a sign of its own in YAML`);
  if (/:(\s|$)/.test(word)) throw new Error(`quote ${word}: a colon in it looks like a key`);
  if (/^[[\]{},"']/.test(word)) throw new Error(`quote ${word}`);
  if (/^(?:~|null|Null|NULL|)$/.test(word)) return null;
  if (/^(?:true|True|TRUE)$/.test(word)) return true;
  if (/^(?:false|False|FALSE)$/.test(word)) return false;
  if (/^0o[0-7]+$|^0x[0-9a-fA-F]+$/.test(word)) return Number(word);
  if (NUMBER.test(word)) return Number(word);
  if (/^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(word))
    throw new Error(`${word} is no value of JSON`);
  return word;
}

/** A quoted text at the beginning, and what follows it. */
export function quoted(text: string): { readonly value: string; readonly rest: string } {
  if (text.startsWith("'")) {
    const found = /^'((?:[^']|'')*)'/.exec(text);
    if (found === null) throw new Error("a ' is not closed in its line");
    return { value: (found[1] ?? '').replaceAll("''", "'"), rest: text.slice(found[0].length) };
  }
  const found = /^"((?:[^"\\]|\\.)*)"/.exec(text);
  if (found === null) throw new Error('a " is not closed in its line');
  return { value: unescaped(found[1] ?? ''), rest: text.slice(found[0].length) };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (escape) => {
    if (escape.length > 2) return String.fromCodePoint(Number.parseInt(escape.slice(2), 16));
    const sign = ESCAPES[escape.slice(1)];
    if (sign === undefined) throw new Error(`${escape} is no escape of YAML`);
    return sign;
  });
}
