import { type BlobStore, type Clock, ErrandError, type Ids, LIMITS, mayTouch } from '@errand/core';
import type { Actor } from '../actor.ts';

export interface UploadParts {
  readonly blobs: BlobStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'next'>;
}

export interface Upload {
  readonly id: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly expiresAt: number;
}

const DAY_MS = 24 * 3_600_000;
const FOLDER = 'uploads';
const ABOUT_BYTES = 10_000;

/** Keeps bytes for a session that the same owner asks for within a day. */
export async function takeUpload(
  { blobs, clock, ids }: UploadParts,
  actor: Actor,
  content: AsyncIterable<Uint8Array>,
): Promise<Upload> {
  const now = clock.now();
  const id = ids.next('upl', now);
  // Whose it is goes first: bytes that are nobody's could be anybody's.
  const about = Buffer.from(JSON.stringify({ owner: actor.owner }));
  await blobs.put(`${FOLDER}/${id}/about`, oneOf(about), ABOUT_BYTES);
  const kept = await blobs.put(contentOf(id), content, LIMITS.assetBytes);
  return { id, ...kept, expiresAt: now + DAY_MS };
}

/** Throws `invalid` where there is no such upload of the actor's. */
export async function checkUpload(blobs: BlobStore, actor: Actor, id: string): Promise<void> {
  const about = await blobs.get(`${FOLDER}/${id}/about`);
  const owner = about === null ? null : ownerIn(await textOf(about.content));
  const known = owner !== null && mayTouch(actor, owner) && (await blobs.get(contentOf(id))) !== null;
  if (!known) throw new ErrandError('invalid', `there is no upload ${id}; one is kept for a day`);
}

/** Where the bytes of an upload are. */
export function contentOf(id: string): string {
  return `${FOLDER}/${id}/content`;
}

/** Forgets what nobody can use any more. */
export async function removeOldUploads(blobs: BlobStore, now: number): Promise<void> {
  for await (const { name, at } of blobs.list(FOLDER)) if (at < now - DAY_MS) await blobs.remove(name);
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of content) all.push(piece);
  return Buffer.concat(all).toString();
}

function ownerIn(json: string): string | null {
  const { owner } = JSON.parse(json) as { owner?: unknown };
  return typeof owner === 'string' ? owner : null;
}
