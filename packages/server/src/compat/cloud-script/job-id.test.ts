import { expect, it } from 'vitest';
import { randomIds } from '../../system/random-ids.ts';
import { jobIdOf, runIdOf } from './job-id.ts';

it('begins with the time, as it did', () => {
  expect(jobIdOf(randomIds.next('run', 1_790_000_000_123))).toMatch(/^1790000000123-[0-9a-z]{16}$/);
});

it('leads back to its run', () => {
  for (const now of [0, 1, 1_790_000_000_123]) {
    const id = randomIds.next('run', now);
    expect(runIdOf(jobIdOf(id))).toBe(id);
  }
});

it.each(['', '1790000000123', '1790000000123-abc', '-1-0000000000000000', '1-../../../../etc/pa'])(
  'knows that %j is none',
  (text) => {
    expect(runIdOf(text)).toBeNull();
  },
);
