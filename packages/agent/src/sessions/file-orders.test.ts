import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FilesLink } from '@errand/contract';
import { expect, it } from 'vitest';
import { FileOrders } from './file-orders.ts';

/** Node ends a process that forgets an open file handle, and this one is the agent. */
it.each<[string, FilesLink['fileAnswer']]>([
  ['cannot be reached', () => Promise.reject(new Error('the line is cut'))],
  ['wants it no more', async () => undefined],
  [
    'stops in the middle',
    async (_id, _answer, content) => {
      for await (const piece of content ?? []) if (piece.length > 0) return;
    },
  ],
])('leaves no file open where the control plane %s', async (_how, fileAnswer) => {
  const root = mkdtempSync(join(tmpdir(), 'errand-orders-'));
  writeFileSync(join(root, 'big'), Buffer.alloc(1_000_000));
  const answered = Promise.withResolvers<void>();
  const link: FilesLink = {
    fileContent: () => Promise.reject(new Error('nothing is written here')),
    fileAnswer: async (...asked) => {
      expect(openFiles()).toContain(join(root, 'big'));
      answered.resolve();
      await fileAnswer(...asked);
    },
  };
  const log = { info: () => undefined, warn: () => undefined };
  const orders = new FileOrders({ link, placeOf: () => ({ root, cwd: root }), log });
  orders.take([{ id: 'one', sessionId: 'ses_1', kind: 'read', path: 'big' }], () => null);
  await answered.promise;
  await expect.poll(openFiles).not.toContain(join(root, 'big'));
  await orders.stop();
  rmSync(root, { recursive: true });
});

function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
