import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlobStore, ErrandError, type KeptBlob } from '@errand/core';

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** Blobs as files in a folder, each beside its name first. */
export class FileBlobStore implements BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(name: string, content: AsyncIterable<Uint8Array>, mostBytes: number): Promise<KeptBlob> {
    const path = this.#path(name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = join(dirname(path), `.${randomUUID()}`);
    try {
      const kept = await fill(draft, content, mostBytes);
      await rename(draft, path);
      return kept;
    } catch (error) {
      await rm(draft, { force: true });
      if (isFull(error))
        throw new ErrandError('unavailable', 'no space is left on the disk of the server', { cause: error });
      throw error;
    }
  }

  async get(...[name, part]: Parameters<BlobStore['get']>): ReturnType<BlobStore['get']> {
    const path = this.#path(name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile() !== true) return null;
    const { from, to } = part ?? { from: 0, to: found.size };
    const pieces = { highWaterMark: 256 * 1024, start: from, end: to - 1 };
    return { bytes: found.size, content: to > from ? opened(path, pieces) : NOTHING };
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { recursive: true, force: true });
  }

  async *list(name: string): AsyncGenerator<{ name: string; bytes: number; at: number }> {
    const path = this.#path(name);
    const found = await stat(path).catch(() => null);
    if (found === null) return;
    if (found.isFile()) {
      yield { name, bytes: found.size, at: found.mtimeMs };
      return;
    }
    for (const each of await readdir(path).catch(() => []))
      if (!each.startsWith('.')) yield* this.list(`${name}/${each}`);
  }

  #path(name: string): string {
    if (!NAME.test(name)) throw new Error(`BLOB-1: ${JSON.stringify(name)} is no name of a blob`);
    return join(this.#root, name);
  }
}

/** Only once somebody reads: who asks whether there is a blob leaves no file open behind. */
async function* opened(
  path: string,
  pieces: { readonly start: number; readonly end: number; readonly highWaterMark: number },
): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, pieces);
}

const NOTHING: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};

async function fill(draft: string, content: AsyncIterable<Uint8Array>, most: number): Promise<KeptBlob> {
  await using file = await open(draft, 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > most) throw new ErrandError('too_large', `it has more than ${most} bytes`);
    hash.update(piece);
    for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
  }
  await file.datasync();
  return { bytes, sha256: hash.digest('hex') };
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
