import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { aRun } from '@errand/core/testing';
import {
  JOB_STATES,
  JOB_STATUSES,
  ROLES,
  RUN_STATES,
  RUN_STATUSES,
  SESSION_STATES,
} from '@errand/core/vocabulary';
import { expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openSqliteStore } from './open-sqlite-store.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { SqliteExecutor } from './sqlite-executor.ts';

/** What was released stays as it was: add a migration instead of changing one of these. */
const HASHES: Readonly<Record<string, string>> = {
  '0001-initial': 'f904d9432ef04fe3',
  '0002-agent-life': '0e51fe81d530ace9',
  '0003-deliveries': '1aa50561ddb6051c',
  '0004-pools': '4740cd1751dfbfac',
  '0005-sessions': '8bde666d1b54bbf8',
  '0006-scripts': 'f6e4998e59b8d3f0',
  '0007-pool-environment': 'a84b3599c6062b84',
  '0008-audit': '77476de443ffb545',
  '0009-jobs': 'a3f5f097f7440122',
  '0010-pools-on-demand': '9ef7be221e3824e8',
};

it('never changes a migration', () => {
  const hashes = MIGRATIONS.map(({ name, statements }) => {
    const texts = [sqliteDialect, postgresDialect].flatMap((dialect) => statements(dialect));
    return [name, createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16)];
  });
  expect(Object.fromEntries(hashes)).toEqual(HASHES);
});

it.each([
  ['runs', 'state', RUN_STATES],
  ['runs', 'status', RUN_STATUSES],
  ['keys', 'role', ROLES],
  ['sessions', 'state', SESSION_STATES],
  ['jobs', 'state', JOB_STATES],
  ['jobs', 'status', JOB_STATUSES],
])('admits in %s.%s exactly the words of the vocabulary', async (table, column, words) => {
  const db = new DatabaseSync(':memory:');
  await using store = await openSqliteStore({ database: db });
  await store.ping();
  const row = db.prepare('select sql from sqlite_master where name = ?').get(table);
  const [, list = ''] = new RegExp(`check \\(${column} in \\(([^)]*)\\)`).exec(String(row?.['sql'])) ?? [];
  expect(Array.from(list.matchAll(/'(\w+)'/g), ([, word = '']) => word).toSorted()).toEqual(
    [...words].toSorted(),
  );
});

it('changes nothing when it is run again', async () => {
  const db = new DatabaseSync(':memory:');
  const run = aRun();
  const first = await openSqliteStore({ database: db });
  await first.runs.insert(run, null);
  await first[Symbol.asyncDispose]();
  await using again = await openSqliteStore({ database: db });
  expect(await again.runs.get(run.id)).toEqual(run);
});

it('takes only the steps that a database has not had', async () => {
  const db = new DatabaseSync(':memory:');
  const executor = new SqliteExecutor(db, (commit) => void setImmediate(commit));
  const step = (name: string) => ({ name, statements: () => [`create table ${name} (a text)`] });
  await migrate(executor, sqliteDialect, [step('one')]);
  await migrate(executor, sqliteDialect, [step('one'), step('two')]);
  const tables = db.prepare("select name from sqlite_master where type = 'table' order by name").all();
  expect(tables.map(({ name }) => name)).toEqual(['meta', 'one', 'two']);
});

it('leaves a database as it was where a step fails', async () => {
  const db = new DatabaseSync(':memory:');
  const executor = new SqliteExecutor(db, (commit) => void setImmediate(commit));
  const steps = [{ name: 'bad', statements: () => ['create table good (a text)', 'create nonsense'] }];
  await expect(migrate(executor, sqliteDialect, steps)).rejects.toThrow('syntax error');
  expect(db.prepare('select name from sqlite_master').all()).toEqual([]);
});

it('refuses a database of a newer version with a sentence', async () => {
  const db = new DatabaseSync(':memory:');
  await (await openSqliteStore({ database: db }))[Symbol.asyncDispose]();
  db.exec("update meta set value = '99' where name = 'schema_version'");
  await expect(openSqliteStore({ database: db })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/written by a newer errand.*use that version or another data folder/),
  });
});
