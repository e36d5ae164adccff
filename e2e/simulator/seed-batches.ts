import { describe, expect, it } from 'vitest';
import { sized } from '../../scripts/sizes.ts';
import { toldSmall } from './minimise.ts';
import { simulate } from './simulate.ts';

/** 15 a second on one core. All of them where a merge is decided, a part on a developer's machine. */
const SEEDS = sized({ test: 500, ci: 2_000, soak: 10_000 });
const AT_A_TIME = 50;

/** Declares the seeds of one of several test files, so that they share the processors: those of every `files`-th batch from `part` on. */
export function simulateBatches({ part, files }: { readonly part: number; readonly files: number }): void {
  const batches = Array.from({ length: SEEDS / AT_A_TIME }, (_, index) => 1 + index * AT_A_TIME);
  const own = batches.filter((_, index) => index % files === part);
  describe('whatever fails, and whenever, invariants 2 to 5 hold', () => {
    it.each(own)(`with ${AT_A_TIME} seeds from %d on`, async (first) => {
      const failures: string[] = [];
      for (let seed = first; seed < first + AT_A_TIME; seed += 1)
        failures.push(...(await toldSmall(await simulate(seed), simulate)));
      expect(failures).toEqual([]);
    });
  });
}
