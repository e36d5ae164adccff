import { expect, test } from 'vitest';
import { PrefixedLines } from './prefixed-lines.ts';

function shown(...pieces: readonly string[]): string {
  const lines = new PrefixedLines('a | ');
  const parts = [...pieces.map((piece) => lines.push(Buffer.from(piece))), lines.end()];
  return Buffer.concat(parts).toString();
}

test('puts the prefix before each line, however the pieces are cut', () => {
  for (const pieces of [['one\ntwo\n'], ['on', 'e\nt', 'wo\n'], ['one\n', 'two', '\n']])
    expect(shown(...pieces)).toBe('a | one\na | two\n');
});

test('ends a last line that has no end, and adds no line where there is none', () => {
  expect(shown('one\ntwo')).toBe('a | one\na | two\n');
  expect(shown('')).toBe('');
  expect(shown('\n')).toBe('a | \n');
});

test('breaks a line without end, and loses nothing of it', () => {
  const text = shown('x'.repeat(100_000), 'x'.repeat(100_000));
  expect(text.replaceAll(/a \| |\n/g, '')).toBe('x'.repeat(200_000));
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(70_000);
});
