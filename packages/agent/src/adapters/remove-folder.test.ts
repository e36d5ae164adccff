import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requires } from '../../../../scripts/requires.ts';
import { removeFolder } from './remove-folder.ts';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'errand-remove-'));
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Root may do everything, so it is nobody who removes. */
async function removed(): Promise<void> {
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    await removeFolder(folder);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

function made(path: string, owner = NOBODY): void {
  const deep = join(folder, path);
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, 'file'), '');
  if (isRoot) for (const each of [join(deep, 'file'), deep, join(deep, '..')]) chownSync(each, owner, owner);
}

it('removes also what was made read-only, at any depth', async () => {
  made('mod/cache');
  for (const each of ['mod/cache', 'mod']) chmodSync(join(folder, each), 0o555);
  await removed();
  expect(existsSync(folder)).toBe(false);
});

it('takes nothing for an error that is not there any more', async () => {
  rmSync(folder, { recursive: true });
  await removed();
});

requires({ name: 'root', ok: isRoot, reason: 'run the tests as root' })('files of another user', () => {
  it('are said to be in the way', async () => {
    made('theirs/deep', 0);
    await expect(removed()).rejects.toThrow(/EACCES|EPERM/);
  });
});
