import { describe, expect, it } from 'vitest';
import { type Outcome, simulate } from './simulate.ts';

/** All in one take about a minute on two cores; `npm run simulate` does more. */
const SEEDS = 500;
const AT_A_TIME = 50;

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
    for (let seed = first; seed < first + AT_A_TIME; seed += 1) failures.push(...told(await simulate(seed)));
    expect(failures).toEqual([]);
  });
});

/** What somebody needs to see it again. */
function told({ seed, profile, violation }: Outcome): readonly string[] {
  if (violation === undefined) return [];
  const { id, invariant, what, step, at } = violation;
  const replay = `npm run simulate -- --seed ${seed} --seeds 1 --trace`;
  return [`${replay} (${profile}), step ${step}, ${at} ms: ${id}, invariant ${invariant}: ${what}`];
}
