import type { BlobStore } from '@errand/core';

/** All that was uploaded and lies there: its bytes, whose they are, and since when (ms since 1970). What has no owner can be used by nobody and is passed over. */
export async function* keptUploads(blobs: BlobStore): AsyncGenerator<KeptUpload> {
  const found = new Map<string, Omit<KeptUpload, 'owner'>>();
  for await (const { name, bytes, at } of blobs.list(UPLOADS)) {
    const [, id = '', part] = name.split('/');
    if (part === 'content') found.set(id, { id, bytes, at });
  }
  for (const each of found.values()) {
    const owner = await ownerOfUpload(blobs, each.id);
    if (owner !== null) yield { ...each, owner };
  }
}

export interface KeptUpload {
  readonly id: string;
  readonly owner: string;
  readonly bytes: number;
  readonly at: number;
}

/** How long an upload is kept. */
export const DAY_MS = 24 * 3_600_000;
export const UPLOADS = 'uploads';

/** Where the bytes of an upload are. */
export function contentOf(id: string): string {
  return `${UPLOADS}/${id}/content`;
}

/** Where it says whose they are. */
export function aboutOf(id: string): string {
  return `${UPLOADS}/${id}/about`;
}

/** null: there is no such upload. */
export async function ownerOfUpload(blobs: BlobStore, id: string): Promise<string | null> {
  const about = await blobs.get(aboutOf(id));
  if (about === null) return null;
  const all: Uint8Array[] = [];
  for await (const piece of about.content) all.push(piece);
  const { owner } = JSON.parse(Buffer.concat(all).toString()) as { owner?: unknown };
  return typeof owner === 'string' ? owner : null;
}
