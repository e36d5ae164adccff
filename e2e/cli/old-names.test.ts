import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ErrandServer } from './errand-server.ts';

it('runs, calls scripts, lists files and keeps keys under the names of aws-exec', async () => {
  await using server = await ErrandServer.start();
  await using user = server.user();
  const folder = join(user.folder, 'some');
  mkdirSync(join(folder, '.git'), { recursive: true });
  for (const name of ['a.txt', '.hidden', '.git/config']) writeFileSync(join(folder, name), '');

  // The old one made -n -a -m -e of -name.
  const find = await user.errand([
    'exec',
    '--',
    'sh',
    '-c',
    'printf "%s " "$@"; exit 42',
    'sh',
    '-name',
    'x',
  ]);
  expect(find).toMatchObject({ status: 42, stdout: '-name x ' });

  const called = await user.errand(['rpc', 'listdir', JSON.stringify({ path: folder })]);
  expect(called.status).toBe(0);
  expect(called.stdout).toContain('a.txt');
  expect(await user.errand(['rpc', 'listdir', '[]'])).toMatchObject({ status: 125 });

  expect(await user.errand(['listdir', folder])).toMatchObject({ stdout: `${join(folder, 'a.txt')}\n` });

  const missing = await user.errand(['listdir', join(folder, 'none')]);
  expect(missing).toMatchObject({ status: 125, stdout: '' });
  expect(missing.stderr).toMatch(/^errand: \S+none cannot be read: ENOENT[^\n]*\n$/);

  const made = await user.errand(['auth-new', 'laptop']);
  expect(made.stdout).toMatch(/^err_\S+\n$/);
  const listed = await user.errand(['auth-ls']);
  const id = /^(auth\.key_\S+) laptop$/m.exec(listed.stdout)?.[1] ?? '';
  for (const _ of ['there', 'gone']) expect(await user.errand(['auth-rm', id])).toMatchObject({ status: 0 });
  expect((await user.errand(['auth-ls'])).stdout).not.toContain('laptop');
});
