import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listenSocket } from './listen.ts';

it('lets nobody but its own user open the socket of the data folder, behind which everybody is an admin', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'errand-listen-'));
  try {
    const path = join(folder, 'socket');
    await using listener = await listenSocket({ fetch: () => new Response() }, path);
    expect([listener.address, (statSync(path).mode & 0o777).toString(8)]).toEqual([path, '600']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
