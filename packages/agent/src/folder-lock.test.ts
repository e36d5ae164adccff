import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync('/tmp/errand-lock-');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(['linux', 'darwin'])('the lock of a data folder as on %s', (platform) => {
  it('has one owner, and is free again once that one lets it go', async () => {
    const first = await lockFolder(folder, platform);
    await expect(lockFolder(folder, platform)).rejects.toThrow('another agent serves');
    await first[Symbol.asyncDispose]();
    await (await lockFolder(folder, platform))[Symbol.asyncDispose]();
  });

  it('is that of the folder, whatever its path, as containers see the same path in folders of their own', async () => {
    await using lock = await lockFolder(folder, platform);
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    mkdirSync(folder);
    try {
      await using another = await lockFolder(folder, platform);
      expect(another).not.toBe(lock);
      await expect(lockFolder(moved, platform)).rejects.toThrow('another agent serves');
    } finally {
      rmSync(moved, { recursive: true });
    }
  });

  it('is freed by kill -9 of its owner', async () => {
    const module = new URL('folder-lock.ts', import.meta.url).href;
    const program = `const { lockFolder } = await import(${JSON.stringify(module)});
      await lockFolder(${JSON.stringify(folder)}, ${JSON.stringify(platform)});
      process.kill(process.pid, 'SIGKILL');`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    expect(signal).toBe('SIGKILL');
    await (await lockFolder(folder, platform))[Symbol.asyncDispose]();
  });
});
