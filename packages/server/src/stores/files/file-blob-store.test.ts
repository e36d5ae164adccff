import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBlobStoreSuite } from '@errand/core/testing';
import { FileBlobStore } from './file-blob-store.ts';

runBlobStoreSuite('files', async () => {
  const root = mkdtempSync(join(tmpdir(), 'errand-blobs-'));
  return {
    blobs: new FileBlobStore(root),
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true }),
  };
});
