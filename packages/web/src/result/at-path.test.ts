import { expect, test } from 'vitest';
import { atPath, numberAt } from './at-path.ts';

const RESULT = { speed: '42.5', list: [{ mbit: 7 }], empty: '', yes: true };

test('a path leads to a part of a result, or nowhere', () => {
  expect(atPath(RESULT, '')).toBe(RESULT);
  expect(atPath(RESULT, 'list.0.mbit')).toBe(7);
  for (const path of [
    'list.1.mbit',
    'speed.length',
    'no.such',
    'constructor',
    '__proto__.x',
    'list.length.x',
  ])
    expect([path, atPath(RESULT, path)]).toEqual([path, undefined]);
});

test('a number is one, also as a text; what is none is not taken for zero', () => {
  expect(numberAt(RESULT, 'speed')).toBe(42.5);
  expect(numberAt(3, '')).toBe(3);
  for (const path of ['empty', 'yes', 'list', 'no.such'])
    expect([path, numberAt(RESULT, path)]).toEqual([path, null]);
  expect([numberAt(null, ''), numberAt(Number.NaN, ''), numberAt('12 apples', '')]).toEqual([
    null,
    null,
    null,
  ]);
});
