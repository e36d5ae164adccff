import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDataFolder } from './data-folder.ts';
import { makePrivateFile } from './private-file.ts';
import { openSqliteStore } from './sql/open-sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'errand-data-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const STARTED = Date.UTC(2030, 1, 2, 3, 4, 5);

it('makes a folder that only its owner can enter', async () => {
  await using data = await openDataFolder(join(newFolder(), 'not', 'there', 'yet'), STARTED);
  expect(statSync(data.path).mode.toString(8)).toMatch(/700$/);
});

it('keeps its files from others also where everybody may enter it', async () => {
  const path = newFolder();
  mkdirSync(path, { mode: 0o755, recursive: true });
  await using data = await openDataFolder(path, STARTED);
  makePrivateFile(join(data.path, 'errand.db'));
  await using store = await openSqliteStore({ database: join(data.path, 'errand.db') });
  await store.ping();
  const files = readdirSync(path);
  expect(files).toEqual(expect.arrayContaining(['errand.db', 'errand.db-wal', 'lock']));
  for (const file of files) expect([file, statSync(join(path, file)).mode & 0o077]).toEqual([file, 0]);
});

it('is refused to a second owner, who is told about the first', async () => {
  const path = newFolder();
  await using first = await openDataFolder(path, STARTED);
  await expect(openDataFolder(first.path, STARTED)).rejects.toMatchObject({
    code: 'conflict',
    message: `another errand (process ${process.pid}, since 2030-02-02T03:04:05.000Z) uses the data folder ${path}`,
  });
});

it('is free again after it was closed', async () => {
  const path = newFolder();
  await (await openDataFolder(path, STARTED))[Symbol.asyncDispose]();
  await using again = await openDataFolder(path, STARTED);
  expect(again.path).toBe(path);
});

it('is free at once when its owner is killed', async () => {
  const path = newFolder();
  const program = `
    import { openDataFolder } from ${JSON.stringify(join(import.meta.dirname, 'data-folder.ts'))};
    await openDataFolder(${JSON.stringify(path)}, 0);
    console.log('open');
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  });
  await once(owner.stdout, 'data');
  await expect(openDataFolder(path, STARTED)).rejects.toMatchObject({
    message: expect.stringContaining(`process ${owner.pid}`),
  });
  owner.kill('SIGKILL');
  await once(owner, 'close');
  await using data = await openDataFolder(path, STARTED);
  expect(readFileSync(join(data.path, 'owner'), 'utf8')).toContain(`process ${process.pid}`);
});

it('is refused where a newer version has written it', async () => {
  const path = newFolder();
  mkdirSync(path);
  writeFileSync(join(path, 'layout'), '99\n');
  await expect(openDataFolder(path, STARTED)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/written by a newer errand.*use that version, or another folder/),
  });
});

it('cannot be a file, or below one', async () => {
  const path = newFolder();
  writeFileSync(path, '');
  await expect(openDataFolder(path, STARTED)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('is a file'),
  });
  await expect(openDataFolder(join(path, 'below'), STARTED)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('ENOTDIR'),
  });
});

it('may lie as deep as the database can follow, and is refused with a sentence below that', async () => {
  const deep = deepFolder(490);
  await using data = await openDataFolder(deep, STARTED);
  await using store = await openSqliteStore({ database: join(data.path, 'errand.db') });
  await store.ping();
  await expect(openDataFolder(deepFolder(491), STARTED)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('491 bytes'),
  });
});

function newFolder(): string {
  count += 1;
  return join(folder, `${count}`);
}

/** A path of exactly so many bytes. */
function deepFolder(length: number): string {
  const start = newFolder();
  const rest = length - start.length;
  return start + '/deep'.repeat(Math.floor(rest / 5)) + 'x'.repeat(rest % 5);
}
