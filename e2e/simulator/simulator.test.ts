import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './mutation-list.ts';
import { simulateBatches } from './seed-batches.ts';
import { SESSION_MUTATIONS } from './sessions/session-mutations.ts';
import { simulate } from './simulate.ts';

it('knows the text of every guard that `npm run simulate:mutations` takes out', () => {
  const text = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
  const stale = [...MUTATIONS, ...SESSION_MUTATIONS].filter(({ file, from }) => !text(file).includes(from));
  expect(stale.map(({ name }) => name)).toEqual([]);
});

describe('a simulation', () => {
  it('is the same every time for the same seed', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7]) {
      const first = await simulate(seed);
      expect(await simulate(seed)).toEqual(first);
    }
  });
});

simulateBatches({ part: 0, files: 2 });
