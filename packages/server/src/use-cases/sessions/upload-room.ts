import { type BlobStore, ErrandError, LIMITS } from '@errand/core';
import { DAY_MS, type KeptUpload, keptUploads } from './kept-uploads.ts';

/** What an upload takes of its owner's room, while its bytes come and then until nobody can use it any more. */
type Taken = Omit<KeptUpload, 'id'>;

/**
 * How much each owner has uploaded, so that nobody fills the disk. What lies there is read once; from then on this process, which is the only
 * one that takes uploads, knows it. Bytes count as they come, so that many uploads at once have no more room than one.
 */
export class UploadRoom {
  readonly #blobs: BlobStore;
  readonly #mostBytes: number;
  #taken: Promise<Map<string, Taken>> | null = null;

  /** `mostBytes`: of one owner at a time. */
  constructor(blobs: BlobStore, mostBytes: number) {
    this.#blobs = blobs;
    this.#mostBytes = mostBytes;
  }

  /** Makes room for one more. Throws `conflict` where the owner has as many as it may. */
  async enter({ id, ...taken }: KeptUpload): Promise<void> {
    const all = await this.#load();
    for (const [old, { at }] of all) if (at < taken.at - DAY_MS) all.delete(old);
    const { count, bytes } = heldBy(all, taken.owner);
    if (count >= LIMITS.uploads) throw full('conflict', taken.owner, `${count} files`);
    if (bytes >= this.#mostBytes) throw this.#tooLarge(taken.owner);
    all.set(id, taken);
  }

  /** Hands on what comes for an upload that has entered. Throws `too_large` where its owner has no room for more. */
  async *measured(id: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const all = await this.#load();
    for await (const piece of content) {
      const taken = all.get(id);
      if (taken === undefined) throw new Error(`SES-8: the upload ${id} has not entered`);
      all.set(id, { ...taken, bytes: taken.bytes + piece.length });
      if (heldBy(all, taken.owner).bytes > this.#mostBytes) throw this.#tooLarge(taken.owner);
      yield piece;
    }
  }

  /** It was not kept. */
  async leave(id: string): Promise<void> {
    (await this.#load()).delete(id);
  }

  #tooLarge(owner: string): ErrandError {
    return full('too_large', owner, `${this.#mostBytes} bytes`);
  }

  #load(): Promise<Map<string, Taken>> {
    // A failure is not kept: the next upload tries again.
    this.#taken ??= read(this.#blobs).catch((error: unknown) => {
      this.#taken = null;
      throw error;
    });
    return this.#taken;
  }
}

async function read(blobs: BlobStore): Promise<Map<string, Taken>> {
  const all = new Map<string, Taken>();
  for await (const { id, ...taken } of keptUploads(blobs)) all.set(id, taken);
  return all;
}

function heldBy(all: ReadonlyMap<string, Taken>, owner: string): { count: number; bytes: number } {
  let [count, bytes] = [0, 0];
  for (const each of all.values())
    if (each.owner === owner) {
      count += 1;
      bytes += each.bytes;
    }
  return { count, bytes };
}

function full(code: 'conflict' | 'too_large', owner: string, most: string): ErrandError {
  const has = `${owner} has no room for this upload: ${most} at most are kept, each for a day`;
  const instead = 'wait, copy into a session that runs (errand cp), or name a url';
  return new ErrandError(code, `${has}; ${instead}`, { details: { owner } });
}
