import { expect, it } from 'vitest';
import { findOf } from './catalogue.ts';

const IN_FOLDER = { name: 'hi', updatedAt: 0, problem: 'it is no script' };
const parts = {
  folder: async () => [IN_FOLDER],
  scripts: { get: async () => null, list: async () => [], offered: async () => [] },
};

it('finds a script of the folder as one for everybody, and as nobody else’s', async () => {
  expect(await findOf(parts, 'hi', null)).toEqual({ origin: 'folder', script: IN_FOLDER });
  expect(await findOf(parts, 'hi', 'acme')).toBeNull();
  expect(await findOf(parts, 'other', null)).toBeNull();
});
