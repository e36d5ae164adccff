import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBlobStoreSuite } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { FileBlobStore } from './file-blob-store.ts';

runBlobStoreSuite('files', async () => {
  const root = mkdtempSync(join(tmpdir(), 'errand-blobs-'));
  return {
    blobs: new FileBlobStore(root),
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true }),
  };
});

it('opens no file for who only asks whether there is one', async () => {
  const root = mkdtempSync(join(tmpdir(), 'errand-blobs-'));
  const blobs = new FileBlobStore(root);
  await blobs.put('a', pieces('hello'), 100);
  for (let asked = 0; asked < 3; asked += 1) expect((await blobs.get('a'))?.bytes).toBe(5);
  // What is opened behind the scenes is so by the time that a few later calls are answered.
  for (let later = 0; later < 20; later += 1) await stat(root);
  expect(openFiles().filter((path) => path.startsWith(root))).toEqual([]);
  rmSync(root, { recursive: true });
});

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
