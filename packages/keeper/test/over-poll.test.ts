import { rmSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { requires } from '../../../scripts/requires.ts';
import { commandFixtures } from './command-fixtures.ts';
import { hostileFixtures } from './hostile-fixtures.ts';
import type { Variant } from './kept.ts';
import { gcc, overPoll } from './parts.ts';

requires(gcc)('over poll, as on macOS', () => {
  let variant: Variant;
  beforeAll(() => {
    variant = overPoll();
  }, 120_000);
  afterAll(() => rmSync(variant.binary));

  commandFixtures('commands', () => variant);
  hostileFixtures('hostile clients', () => variant);
});
