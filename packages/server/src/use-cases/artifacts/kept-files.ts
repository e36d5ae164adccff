import { type BlobStore, LIMITS } from '@errand/core';

/** A file that was kept of a run. */
export interface KeptFile {
  readonly path: string;
  /** Under which number its bytes lie. */
  readonly at: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly mode: number;
  readonly modifiedAt: number;
}

/** All that lies under this name goes with its run. */
export const ARTIFACTS = 'artifacts';
const MOST_LIST_BYTES = LIMITS.artifacts * 10_000;

export interface AttemptName {
  readonly runId: string;
  readonly token: number;
}

/** Where the bytes of a file of an attempt are. */
export function contentAt(attempt: AttemptName, at: number): string {
  return `${folderOf(attempt)}/${at}`;
}

/** Written last: without it nothing of an attempt counts as kept. */
export async function writeList(
  blobs: BlobStore,
  attempt: AttemptName,
  files: readonly KeptFile[],
): Promise<void> {
  await blobs.put(listOf(attempt), oneOf(Buffer.from(JSON.stringify(files))), MOST_LIST_BYTES);
}

/** null: nothing is kept, or no longer. */
export async function readList(blobs: BlobStore, attempt: AttemptName): Promise<readonly KeptFile[] | null> {
  const list = await blobs.get(listOf(attempt));
  if (list === null) return null;
  const pieces = await Array.fromAsync(list.content);
  return JSON.parse(Buffer.concat(pieces).toString()) as readonly KeptFile[];
}

function folderOf({ runId, token }: AttemptName): string {
  return `${ARTIFACTS}/${runId}/${token}`;
}

function listOf(attempt: AttemptName): string {
  return `${folderOf(attempt)}/list`;
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
