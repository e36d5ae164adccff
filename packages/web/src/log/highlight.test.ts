import { expect, test } from 'vitest';
import { PLAIN } from './ansi-style.ts';
import { highlight } from './highlight.ts';

function marked(texts: readonly string[], wanted: string): readonly string[] {
  const spans = texts.map((text) => ({ text, style: PLAIN, href: null }));
  return highlight(spans, wanted).map(({ text, hit }) => (hit ? `[${text}]` : text));
}

test('marks what was looked for wherever it stands, whatever the case', () => {
  expect(marked(['an Error, and an error'], 'ERROR')).toEqual(['an ', '[Error]', ', and an ', '[error]']);
  expect(marked(['error'], 'error')).toEqual(['[error]']);
  expect(marked(['nothing'], 'error')).toEqual(['nothing']);
  expect(marked(['a', 'b'], '')).toEqual(['a', 'b']);
});

test('marks across colours', () => {
  expect(marked(['one er', 'ror two'], 'error')).toEqual(['one ', '[er]', '[ror]', ' two']);
});
