import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CompiledQuery } from 'kysely';
import { afterAll, expect, it } from 'vitest';
import { changedBy, rowsOf, type Work } from './executor.ts';
import { SqliteExecutor } from './sqlite-executor.ts';

const folder = mkdtempSync(join(tmpdir(), 'errand-executor-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('commits the writes of a turn together and answers nobody before', async () => {
  const { executor, endTurn, outside } = open();
  const answers: string[] = [];
  const calls = [1, 2, 3].map((value) =>
    executor.write(insert(value)).then(() => answers.push(`wrote ${value}`)),
  );
  const read = executor.read(ALL).then((rows) => answers.push(`read ${rows.length}`));
  await settle();
  expect(answers).toEqual([]);
  expect(outside()).toEqual([]);
  expect(endTurn()).toBe(1);
  await Promise.all([...calls, read]);
  expect(answers).toEqual(['wrote 1', 'wrote 2', 'wrote 3', 'read 3']);
  expect(outside()).toEqual([1, 2, 3]);
});

it('answers a read at once where no write waits', async () => {
  const { executor } = open();
  expect(await executor.read(ALL)).toEqual([]);
});

it('opens a new group after a commit', async () => {
  const { executor, endTurn, outside } = open();
  for (const value of [1, 2]) {
    const write = executor.write(insert(value));
    endTurn();
    await write;
  }
  expect(outside()).toEqual([1, 2]);
});

it('undoes only the work that failed', async () => {
  const { executor, endTurn, outside } = open();
  const good = executor.transact(() => both(1, 2));
  const bad = executor.transact(() => failing(3));
  const alsoGood = executor.write(insert(4));
  const double = executor.write(insert(4));
  endTurn();
  await expect(bad).rejects.toThrow('changed my mind');
  await expect(double).rejects.toMatchObject({ code: 'conflict' });
  expect(await good).toBe(2);
  expect(await alsoGood).toEqual({ rows: [], changed: 1 });
  expect(outside()).toEqual([1, 2, 4]);
});

it('does not answer what failed alone with the fate of nobody', async () => {
  const { executor, endTurn } = open();
  await expect(executor.transact(() => failing(1))).rejects.toThrow('changed my mind');
  endTurn();
  expect(await executor.read(ALL)).toEqual([]);
});

it('rejects the whole group when the commit fails, and goes on', async () => {
  const { db, executor, endTurn, outside } = open();
  // A deferred constraint is checked by the commit, as a full disk is noticed by it.
  db.exec('create table child (parent integer references numbers(value) deferrable initially deferred)');
  const calls = [
    executor.write(insert(1)),
    executor.write(CompiledQuery.raw('insert into child values (77)')),
    executor.read(ALL),
  ];
  endTurn();
  const fates = await Promise.allSettled(calls);
  expect(fates.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(outside()).toEqual([]);
  const later = executor.write(insert(2));
  endTurn();
  await later;
  expect(outside()).toEqual([2]);
});

it('says that the disk is full, loses nothing before and goes on after', async () => {
  const { db, executor, endTurn, outside } = open();
  const first = executor.write(insert(1));
  endTurn();
  await first;
  const { page_count: pages } = db.prepare('pragma page_count').get() ?? {};
  db.exec(`pragma max_page_count = ${Number(pages)}`);
  const big = executor.write(CompiledQuery.raw(`insert into texts values (zeroblob(1000000))`));
  const beside = executor.write(insert(2));
  endTurn();
  await expect(big).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('full') });
  await Promise.allSettled([beside]);
  db.exec('pragma max_page_count = 1000000');
  const later = executor.write(insert(3));
  endTurn();
  await later;
  expect(outside()).toEqual(expect.arrayContaining([1, 3]));
});

it('crashes as a kill does: what is not committed is gone, and nobody is answered', async () => {
  const { db, executor, endTurn, outside } = open();
  const first = executor.write(insert(1));
  endTurn();
  await first;
  let answered = false;
  const note = () => {
    answered = true;
  };
  executor.write(insert(2)).then(note, note);
  executor.crash();
  executor.read(ALL).then(note, note);
  endTurn();
  await settle();
  expect(answered).toBe(false);
  expect(outside()).toEqual([1]);
  const next = new SqliteExecutor(db, (commit) => commit());
  expect(await next.read(ALL)).toEqual([{ value: 1 }]);
});

it('commits what is under way when it is closed', async () => {
  const { executor, outside } = open();
  const late = executor.write(insert(1));
  await executor.close();
  await late;
  expect(outside()).toEqual([1]);
  await expect(executor.write(insert(2))).rejects.toMatchObject({ code: 'unavailable' });
});

const ALL = CompiledQuery.raw('select value from numbers order by value');

function insert(value: number): CompiledQuery {
  return CompiledQuery.raw('insert into numbers (value) values (?)', [value]);
}

function* both(one: number, other: number): Work<number> {
  yield* changedBy(insert(one));
  yield* changedBy(insert(other));
  return (yield* rowsOf(ALL)).length;
}

function* failing(value: number): Work<void> {
  yield* changedBy(insert(value));
  throw new Error('changed my mind');
}

let count = 0;

/** A database whose turns end when the test says so, seen from outside through a second connection. */
function open() {
  count += 1;
  const path = join(folder, `${count}.db`);
  const db = new DatabaseSync(path);
  db.exec(
    'pragma journal_mode = wal; create table numbers (value integer primary key); create table texts (a)',
  );
  const other = new DatabaseSync(path, { readOnly: true });
  let turns: (() => void)[] = [];
  const executor = new SqliteExecutor(db, (commit) => turns.push(commit));
  return {
    db,
    executor,
    /** Returns how many commits were asked for. */
    endTurn: () => {
      const asked = turns;
      turns = [];
      for (const commit of asked) commit();
      return asked.length;
    },
    outside: () =>
      other
        .prepare(ALL.sql)
        .all()
        .map(({ value }) => value),
  };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
