import { rmSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { requires } from '../../../scripts/requires.ts';
import { commandFixtures } from './command-fixtures.ts';
import { containerFixtures } from './container-fixtures.ts';
import { hostFixtures } from './host-fixtures.ts';
import { hostileFixtures } from './hostile-fixtures.ts';
import type { Variant } from './kept.ts';
import { aBuild, gcc, sanitized } from './parts.ts';
import { treeFixtures } from './tree-fixtures.ts';

requires(aBuild, gcc)('under address and undefined-behaviour sanitizers', () => {
  let variant: Variant;
  beforeAll(() => {
    variant = sanitized();
  }, 120_000);
  afterAll(() => rmSync(variant.binary));

  commandFixtures('commands', () => variant);
  treeFixtures('process trees', () => variant);
  hostileFixtures('hostile clients', () => variant);
  hostFixtures('warm programs', () => variant);
  containerFixtures('commands in containers', () => variant);
});
