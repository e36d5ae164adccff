import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseYaml } from './yaml.ts';

const definition = `# measures
name: disk   # of this machine
description: >
  Says how full
  the disk is.

  For people.
command: [df, "--output=pcent", '{path}', {a: 1, "b": [true, ~]}]
shell: |
  set -e
    df "$ARG_PATH"  # not a comment

  echo done
parameters:
  type: object
  required:
  - path
  properties:
    path: {type: string, pattern: '^/[a-z/]*$', description: it's here}
    depth:
      type: integer
      default: 0x10
result:
  from: stdout
  views:
    - kind: gauge
      max: 1e2
    -
      kind: json
    - - 1
      - -2.5
empty:
`;

describe('definitions in YAML', () => {
  it('reads what people write as the library reads it', () => {
    expect(parseYaml(definition)).toEqual(parse(definition));
  });

  it.each([
    ['a: &x 1', 'quote'],
    ['a: *x', 'quote'],
    ['a: !!str 1', 'quote'],
    ['a: b: c', 'quote'],
    ['a: 1\na: 2', 'twice'],
    ['a: 1\n---\nb: 2', 'one document'],
    ['a:\n\t- 1', 'tabs'],
    ['a: one\n  two', 'next line'],
    ['a: "x', 'not closed'],
    ['a: [1, 2', 'not closed'],
    ['a: 1\n  b: 2', 'line 2'],
    ['- 1\nb: 2', 'line 2'],
    ['1: a', 'quote the key'],
    ['<<: {a: 1}', '<<'],
    ['a: .inf', 'JSON'],
  ])('refuses %j with a sentence', (text, sentence) => {
    expect(() => parseYaml(text)).toThrow(sentence);
  });

  it('reads whatever the library writes, or refuses it', () => {
    const options = fc.record({
      indent: fc.integer({ min: 1, max: 4 }),
      indentSeq: fc.boolean(),
      collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
      defaultStringType: fc.constantFrom(
        'PLAIN' as const,
        'QUOTE_DOUBLE' as const,
        'QUOTE_SINGLE' as const,
        'BLOCK_LITERAL' as const,
      ),
      lineWidth: fc.constantFrom(0, 80),
    });
    let read = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), options, (value, how) => {
        const text = stringify(value, how);
        const mine = attempt(text);
        if (mine === undefined) refused += 1;
        else {
          read += 1;
          expect(mine.value).toEqual(parse(text));
        }
      }),
      { numRuns: 1_000 },
    );
    expect(read).toBeGreaterThan(refused * 4);
  });

  it('never reads a text otherwise than the library does', () => {
    const bits = [
      'a',
      'b: ',
      ': ',
      '- ',
      '\n',
      '\n  ',
      '\n    ',
      ' #x',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ',',
      '|',
      '>',
      '1',
      'true',
      '~',
      '\\n',
      ' ',
      '|-\n',
      'é',
      ':',
      '#',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 14 }), (parts) => {
        const text = parts.join('');
        const mine = attempt(text);
        if (mine === undefined) return;
        // What the library does not take at all nobody can have meant otherwise.
        const theirs = readByLibrary(text);
        if (theirs !== undefined) expect(mine.value, JSON.stringify(text)).toEqual(theirs.value);
      }),
      { numRuns: 20_000 },
    );
  });
});

function readByLibrary(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function attempt(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseYaml(text) };
  } catch (error) {
    expect(String(error)).toContain('YamlRefusal');
    return undefined;
  }
}
