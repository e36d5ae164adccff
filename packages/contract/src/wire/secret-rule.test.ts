import { expect, it } from 'vitest';
import { SECRET_MAX_BYTES, secretFault } from './secret-rule.ts';

it.each([
  'do-not-tell',
  'hunter22',
  'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
  'кириллица',
  'two\nlines of it',
  'a b c d e',
])('takes %j', (value) => expect(secretFault(value)).toBeNull());

it.each([
  ['', /has 0 characters; under 8/],
  ['x', /has 1 character;/],
  ['hunter2', /has 7 characters; under 8 .*use a longer one/],
  ['hunter2\r\n\n', /has 7 characters/],
  ['\n'.repeat(20), /has 0 characters/],
  ['aaaaaaaaaaaaaaaa', /repeats so few different characters/],
  ['0101010101', /repeats so few/],
  ['Password', /is a common word/],
  ['localhost\n', /is a common word/],
  [`${'ab1c'.repeat(SECRET_MAX_BYTES / 4)}x`, /more than 16384 bytes.*put it into a file/],
])('refuses %j with a sentence that says what to do', (value, sentence) => {
  expect(secretFault(value)).toMatch(sentence);
});

it('never shows the value', () => {
  for (const value of ['zqxwv', 'zqzqzqzqzq', 'Password']) expect(secretFault(value)).not.toContain(value);
});
