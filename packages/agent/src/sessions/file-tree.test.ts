import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFilesSuite } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import type { FilePlace } from './file-place.ts';
import { listFiles, makeFolder, readFile, statFile, writeFile } from './file-tree.ts';

runFilesSuite<FilePlace>('of an agent', async () => {
  const base = mkdtempSync(join(tmpdir(), 'errand-files-'));
  const root = join(base, 'files');
  const outside = join(base, 'outside');
  for (const folder of [root, outside]) mkdirSync(folder);
  writeFileSync(join(outside, 'secret'), 'x');
  return {
    files: {
      stat: statFile,
      list: listFiles,
      read: readFile,
      makeFolder,
      write: (place, path, { bytes, mode }, content) => writeFile(place, { path, bytes, mode }, content),
    },
    place: { root, cwd: root },
    link: async (name, target) => symlinkSync(target, join(root, name)),
    outside,
    [Symbol.asyncDispose]: async () => rmSync(base, { recursive: true, force: true }),
  };
});

describe('a place without a root of its own', () => {
  it('takes no absolute path', async () => {
    const place = { root: tmpdir(), cwd: tmpdir() };
    await expect(statFile(place, '/etc/passwd')).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('a place that is a whole machine', () => {
  it('takes absolute paths, and counts others from its working folder', async () => {
    const place = { root: '/', cwd: '/etc' };
    expect(await statFile(place, '/etc/passwd')).toMatchObject({ kind: 'file' });
    expect(await statFile(place, 'passwd')).toMatchObject({ kind: 'file', path: 'passwd' });
  });
});
