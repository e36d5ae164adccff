import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStoreSuite } from '@errand/core/testing';
import { afterAll } from 'vitest';
import { openSqliteStore } from './open-sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'errand-sqlite-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true }));

runStoreSuite('SQLite in memory', () => openSqliteStore({ database: ':memory:' }));

runStoreSuite('SQLite in a file', () => {
  count += 1;
  return openSqliteStore({ database: join(folder, `${count}.db`) });
});
