import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '@errand/core';
import { fakeIds } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { FileBlobStore } from '../../stores/files/file-blob-store.ts';
import { LOCAL_ACTOR } from '../actor.ts';
import { UPLOADS } from './kept-uploads.ts';
import { UploadRoom } from './upload-room.ts';
import { removeOldUploads, takeUpload } from './uploads.ts';

const DAY_MS = 24 * 3_600_000;
const FULL = { code: 'too_large', message: expect.stringContaining('acme/ada has') };

it('lets an owner have so many bytes, also after a restart, until the oldest are forgotten', async () => {
  await using place = open(100);
  await place.take('acme/ada', 60);
  await expect(place.take('acme/ada', 60)).rejects.toMatchObject(FULL);
  await place.take('acme/ada', 40);
  await expect(place.take('acme/ada', 1)).rejects.toMatchObject(FULL);
  await place.take('acme/bob', 100);
  place.restart();
  await expect(place.take('acme/ada', 1)).rejects.toMatchObject(FULL);
  expect(await place.bytes()).toBe(200);
  place.skipMs = DAY_MS + 60_000;
  await removeOldUploads(place.blobs, place.now());
  await place.take('acme/ada', 100);
  expect(await place.bytes()).toBe(100);
});

it('gives many uploads at once no more room than one', async () => {
  await using place = open(100);
  const taken = await Promise.allSettled(Array.from({ length: 20 }, () => place.take('acme/ada', 30)));
  expect(taken.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(3);
  expect(await place.bytes()).toBeLessThanOrEqual(100);
  await place.take('acme/ada', 10);
});

it('lets an owner have so many uploads', async () => {
  await using place = open(100);
  const { room } = place;
  const one = { owner: 'acme/ada', bytes: 0, at: place.now() };
  for (let at = 0; at < LIMITS.uploads; at += 1) await room.enter({ ...one, id: `upl_${at}` });
  await expect(place.take('acme/ada', 0)).rejects.toMatchObject({ code: 'conflict' });
  await room.leave('upl_0');
  await place.take('acme/ada', 0);
});

function open(mostBytes: number) {
  const root = mkdtempSync(join(tmpdir(), 'errand-uploads-'));
  const blobs = new FileBlobStore(root);
  const ids = fakeIds();
  const place = {
    blobs,
    room: new UploadRoom(blobs, mostBytes),
    skipMs: 0,
    now: () => Date.now() + place.skipMs,
    restart: () => {
      place.room = new UploadRoom(blobs, mostBytes);
    },
    take: (owner: string, bytes: number) =>
      takeUpload(
        { blobs, uploads: place.room, clock: place, ids },
        { ...LOCAL_ACTOR, owner },
        piecesOf(bytes),
      ),
    /** What lies there, of contents and of whose they are. */
    bytes: async () => {
      let sum = 0;
      for await (const { name, bytes } of blobs.list(UPLOADS)) if (name.endsWith('content')) sum += bytes;
      return sum;
    },
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true }),
  };
  return place;
}

async function* piecesOf(bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += 10) yield Buffer.alloc(Math.min(10, bytes - at));
}
