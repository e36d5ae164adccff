import { describe, expect, test } from 'vitest';
import { randomIds } from './random-ids.ts';

describe('ids', () => {
  test('are in the order in which they were given, also within one ms', () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => randomIds.next('run', 1_000 + Math.floor(i / 1_000)));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('have the form that the API promises', () => {
    expect(randomIds.next('run', Date.now())).toMatch(/^run_[0-9a-hjkmnp-tv-z]{26}$/);
  });
});
