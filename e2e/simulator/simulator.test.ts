import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sized } from '../harness/soak.ts';
import { toldSmall } from './minimise.ts';
import { MUTATIONS } from './mutation-list.ts';
import { simulate } from './simulate.ts';

/** 15 a second on one core. All of them where a merge is decided, a part on a developer's machine. */
const SEEDS = sized({ test: 500, ci: 2_000, soak: 10_000 });
const AT_A_TIME = 50;

it('knows the text of every guard that `npm run simulate:mutations` takes out', () => {
  const text = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
  expect(MUTATIONS.filter(({ file, from }) => !text(file).includes(from)).map(({ name }) => name)).toEqual(
    [],
  );
});

describe('a simulation', () => {
  it('is the same every time for the same seed', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7]) {
      const first = await simulate(seed);
      expect(await simulate(seed)).toEqual(first);
    }
  });
});

describe('whatever fails, and whenever, invariants 2 to 5 hold', () => {
  const batches = Array.from({ length: SEEDS / AT_A_TIME }, (_, index) => 1 + index * AT_A_TIME);
  it.each(batches)(`with ${AT_A_TIME} seeds from %d on`, async (first) => {
    const failures: string[] = [];
    for (let seed = first; seed < first + AT_A_TIME; seed += 1)
      failures.push(...(await toldSmall(await simulate(seed))));
    expect(failures).toEqual([]);
  });
});
