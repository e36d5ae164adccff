import { type BlobStore, type Clock, ErrandError, type Ids, LIMITS, mayTouch } from '@errand/core';
import type { Actor } from '../actor.ts';
import { aboutOf, contentOf, DAY_MS, ownerOfUpload, UPLOADS } from './kept-uploads.ts';
import type { UploadRoom } from './upload-room.ts';

export interface UploadParts {
  readonly blobs: BlobStore;
  readonly uploads: UploadRoom;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'next'>;
}

export interface Upload {
  readonly id: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly expiresAt: number;
}

const ABOUT_BYTES = 10_000;

/** Keeps bytes for a session that the same owner asks for within a day. Throws `conflict` or `too_large` where the owner has no room for more. */
export async function takeUpload(
  { blobs, uploads, clock, ids }: UploadParts,
  { owner }: Actor,
  content: AsyncIterable<Uint8Array>,
): Promise<Upload> {
  const now = clock.now();
  const id = ids.next('upl', now);
  await uploads.enter({ id, owner, bytes: 0, at: now });
  try {
    // Whose it is goes first: bytes that are nobody's could be anybody's.
    await blobs.put(aboutOf(id), oneOf(Buffer.from(JSON.stringify({ owner }))), ABOUT_BYTES);
    const kept = await blobs.put(contentOf(id), uploads.measured(id, content), LIMITS.assetBytes);
    return { id, ...kept, expiresAt: now + DAY_MS };
  } catch (error) {
    await blobs.remove(`${UPLOADS}/${id}`).catch(() => undefined);
    await uploads.leave(id);
    throw error;
  }
}

/** Throws `invalid` where there is no such upload of the actor's. */
export async function checkUpload(blobs: BlobStore, actor: Actor, id: string): Promise<void> {
  const owner = await ownerOfUpload(blobs, id);
  const known = owner !== null && mayTouch(actor, owner) && (await blobs.get(contentOf(id))) !== null;
  if (!known) throw new ErrandError('invalid', `there is no upload ${id}; one is kept for a day`);
}

/** Forgets what nobody can use any more. */
export async function removeOldUploads(blobs: BlobStore, now: number): Promise<void> {
  for await (const { name, at } of blobs.list(UPLOADS)) if (at < now - DAY_MS) await blobs.remove(name);
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
