import { DatabaseSync } from 'node:sqlite';
import type { RunRecord } from '@errand/core';
import { aRun } from '@errand/core/testing';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../stores/sql/open-sqlite-store.ts';
import { type FoundRuns, findRuns } from './find-runs.ts';

/** A history of so many runs, the newest first in what `made` says of them. */
async function historyOf(
  count: number,
  made: (age: number) => Partial<RunRecord>,
): Promise<(words: readonly string[], more?: Partial<Parameters<typeof findRuns>[1]>) => Promise<FoundRuns>> {
  const { runs } = await openSqliteStore({ database: new DatabaseSync(':memory:') });
  await Promise.all(
    Array.from({ length: count }, (_, age) =>
      runs.insert(aRun({ createdAt: 100_000 - age, ...made(age) }), null),
    ),
  );
  return async (words, more = {}) =>
    await findRuns(runs, { filter: {}, words, page: { limit: 50, after: null }, ...more });
}

const names = ({ runs }: FoundRuns): unknown => runs.map(({ name }) => name);

test('what fits is found by newest, page by page, until nothing is older', async () => {
  const find = await historyOf(250, (age) => ({ name: age % 50 === 0 ? `wanted-${age}` : `other-${age}` }));
  const first = await find(['wanted'], { page: { limit: 3, after: null } });
  expect(names(first)).toEqual(['wanted-0', 'wanted-50', 'wanted-100']);
  expect(first.looked).toBe(101);
  const second = await find(['wanted'], { page: { limit: 3, after: first.next } });
  expect(names(second)).toEqual(['wanted-150', 'wanted-200']);
  expect(second).toMatchObject({ looked: 149, next: null });
});

test('other filters leave fewer to look through', async () => {
  const find = await historyOf(250, (age) => ({
    name: `wanted-${age}`,
    tags: age % 100 === 0 ? ['night'] : [],
  }));
  expect(await find(['wanted'], { filter: { tags: ['night'] } })).toMatchObject({ looked: 3, next: null });
});

test('a long history is looked through some thousands at a time, and what is older not forgotten', async () => {
  const find = await historyOf(5_150, (age) => ({ name: age === 5_120 ? 'wanted' : 'other' }));
  const first = await find(['wanted']);
  expect(first).toMatchObject({ runs: [], looked: 5_000 });
  const second = await find(['wanted'], { page: { limit: 50, after: first.next } });
  expect(names(second)).toEqual(['wanted']);
  expect(second).toMatchObject({ looked: 150, next: null });
});
