import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { MUTATIONS } from './mutation-list.ts';

const ROOT = resolve(import.meta.dirname, '../..');

it('takes out guards that are there: the text of each stands in its file once', () => {
  const stale = MUTATIONS.filter(
    ({ file, from }) => readFileSync(join(ROOT, file), 'utf8').split(from).length !== 2,
  );
  expect(stale.map(({ name }) => name)).toEqual([]);
});
