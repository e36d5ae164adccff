import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ErrandError, type FileKind } from '@errand/core';
import type Docker from 'dockerode';
import { extract, type Header, pack } from 'tar-stream';
import { fileError } from './file-error.ts';

export interface ArchiveEntry {
  readonly header: Header;
  readonly content: AsyncIterable<Uint8Array>;
}

/** What the engine sends for a path, entry by entry; what is not read of one is skipped. Whoever stops ends the answer. */
export async function* entriesOf(container: Docker.Container, path: string): AsyncGenerator<ArchiveEntry> {
  const answer = await container.getArchive({ path }).catch((error: unknown) => {
    throw fileError(error, path);
  });
  const unpacked = extract();
  const sent = pipeline(answer, unpacked).catch((error: Error) => unpacked.destroy(error));
  try {
    for await (const entry of unpacked) {
      yield { header: entry.header, content: entry as AsyncIterable<Uint8Array> };
      entry.resume();
    }
  } finally {
    Readable.from(answer).destroy();
    unpacked.destroy();
    await sent;
  }
}

export interface EntryWish {
  readonly bytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** An archive of one file; fails where the content has another length. */
export function fileArchive(
  name: string,
  { bytes, mode, uid, gid }: EntryWish,
  content: AsyncIterable<Uint8Array>,
): Readable {
  const archive = pack();
  const entry = archive.entry({ name, size: bytes, mode, uid, gid, mtime: new Date() });
  pipeline(exactly(content, bytes, name), entry).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  return Readable.from(archive);
}

export function folderArchive(name: string): Readable {
  const archive = pack();
  archive.entry({ name, type: 'directory', mode: 0o755, mtime: new Date() });
  archive.finalize();
  return Readable.from(archive);
}

/** The same pieces; fails where they are fewer or more bytes. */
export async function* exactly(
  content: AsyncIterable<Uint8Array>,
  bytes: number,
  name: string,
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const piece of content) {
    seen += piece.length;
    if (seen > bytes) break;
    yield piece;
  }
  if (seen !== bytes) throw new ErrandError('invalid', `${name}: ${bytes} bytes were announced, others came`);
}

export function kindOf(type: Header['type']): FileKind {
  if (type === 'file' || type === 'link' || type === 'contiguous-file') return 'file';
  if (type === 'directory') return 'folder';
  return type === 'symlink' ? 'link' : 'other';
}
