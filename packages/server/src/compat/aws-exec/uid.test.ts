import { expect, it } from 'vitest';
import { randomIds } from '../../system/random-ids.ts';
import { runIdOf, uidOf } from './uid.ts';

it('looks as old clients know it', () => {
  const id = randomIds.next('run', 1_790_000_000_123);
  expect(uidOf({ id, createdAt: 1_790_000_000_123 })).toMatch(
    /^1790000000\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  );
});

it('leads back to its run', () => {
  for (const now of [0, 1, 1_790_000_000_123, 2 ** 47]) {
    const id = randomIds.next('run', now);
    expect(runIdOf(uidOf({ id, createdAt: now }))).toBe(id);
  }
});

it.each([
  '',
  '1',
  '1.2',
  '../etc',
  '1.zzzzzzzz-0000-0000-0000-000000000000',
  'run_01hq5s3k8e0000000000000000',
])('knows that %j is none', (text) => {
  expect(runIdOf(text)).toBeNull();
});
