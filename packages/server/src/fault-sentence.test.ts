import { expect, it } from 'vitest';
import { z } from 'zod';
import { faultSentence } from './fault-sentence.ts';

it.each([
  [z.coerce.number(), 'abc', 'must be a number, not a text'],
  [z.string(), Number.POSITIVE_INFINITY, 'must be a text, not a number without end'],
  [z.string(), 1.5, 'must be a text, not a number'],
  [z.int(), 1.5, 'must be a whole number, not one with a fraction'],
])('says of %# what came and what would be right', (schema, value, sentence) => {
  const { error } = schema.safeParse(value, { error: faultSentence });
  expect(error?.issues.map(({ message }) => message)).toEqual([sentence]);
});
