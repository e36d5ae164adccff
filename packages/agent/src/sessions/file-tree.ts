import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import type { SeenFile } from '@errand/contract';
import { type PatternPlace, patternPlace } from '@errand/contract/wire';
import { FileFault, faultOf } from './file-fault.ts';
import { type FilePlace, inside, O_DIRECTORY, O_PATH, openEntry, openFolder, partsOf } from './file-place.ts';

/** The most that one listing answers; as `LIMITS.filesListed` of the core. */
const MOST_LISTED = 100_000;
const PIECE_BYTES = 256 * 1024;

/** What is at a path, links followed; null: nothing. */
export async function statFile(place: FilePlace, path: string): Promise<SeenFile | null> {
  try {
    await using entry = await openPath(place, path);
    return seen(path, await entry.stat());
  } catch (error) {
    const fault = faultOf(error, path);
    if (fault.code === 'not_found') return null;
    throw fault;
  }
}

/** What lies in a folder, or everything below it, with paths relative to it. */
export async function listFiles(
  place: FilePlace,
  path: string,
  depth: 'direct' | 'all',
): Promise<readonly SeenFile[]> {
  const found: SeenFile[] = [];
  try {
    await using folder = await openFolder(place, partsOf(place, path), false);
    await listInto(found, folder, { prefix: '', wanted: EVERYTHING, deep: depth === 'all' });
    return found;
  } catch (error) {
    throw faultOf(error, path);
  }
}

/** The files and links below a folder that patterns mean, with paths relative to it. Only folders that may hold some are looked into. */
export async function findFiles(
  place: FilePlace,
  path: string,
  patterns: readonly string[],
): Promise<readonly SeenFile[]> {
  const found: SeenFile[] = [];
  try {
    await using folder = await openFolder(place, partsOf(place, path), false);
    await listInto(found, folder, { prefix: '', wanted: patternPlace(patterns), deep: true });
    return found.filter(({ kind }) => kind === 'file' || kind === 'link');
  } catch (error) {
    throw faultOf(error, path);
  }
}

/** Bytes of an open file, which is closed at their end, or once they are returned. Repeatable. */
export interface FileContent extends AsyncIterableIterator<Uint8Array, undefined> {
  return(): Promise<IteratorReturnResult<undefined>>;
}

/** The bytes of a file, as many as it had when it was opened. Whoever gets them reads them to their end, or returns them. */
export async function readFile(
  place: FilePlace,
  path: string,
): Promise<{ readonly stat: SeenFile; readonly content: FileContent }> {
  try {
    await using entry = await openPath(place, path);
    const stats = await entry.stat();
    if (!stats.isFile()) throw new FileFault('conflict', `${path} is no file`);
    const handle = await open(inside(entry), constants.O_RDONLY);
    return { stat: seen(path, stats), content: piecesOf(handle, stats.size, path) };
  } catch (error) {
    throw faultOf(error, path);
  }
}

/** Makes a folder and those above it. */
export async function makeFolder(place: FilePlace, path: string): Promise<SeenFile> {
  try {
    await using folder = await openFolder(place, partsOf(place, path), true);
    return seen(path, await folder.stat());
  } catch (error) {
    throw faultOf(error, path);
  }
}

/** Writes beside the file, then takes its place: nobody sees a part of it, and where anything fails nothing is left. */
export async function writeFile(
  place: FilePlace,
  { path, bytes, mode }: { readonly path: string; readonly bytes: number; readonly mode: number | null },
  content: AsyncIterable<Uint8Array>,
): Promise<SeenFile> {
  try {
    const parts = partsOf(place, path);
    const name = parts.at(-1);
    if (name === undefined || path.endsWith('/')) throw new FileFault('conflict', `${path} names a folder`);
    await using folder = await openFolder(place, parts.slice(0, -1), true);
    const target = inside(folder, name);
    const before = await lstat(target).catch(() => null);
    if (before?.isDirectory() === true) throw new FileFault('conflict', `${path} is a folder`);
    const kept = before?.isFile() === true ? before.mode & 0o7777 : 0o644;
    const draft = inside(folder, `.errand-${randomBytes(9).toString('hex')}`);
    try {
      const stats = await fill(draft, { bytes, mode: mode ?? kept, path }, content);
      await rename(draft, target);
      return seen(path, stats);
    } catch (error) {
      await unlink(draft).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw faultOf(error, path);
  }
}

async function fill(
  draft: string,
  { bytes, mode, path }: { readonly bytes: number; readonly mode: number; readonly path: string },
  content: AsyncIterable<Uint8Array>,
): Promise<Stats> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  await using handle = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  let written = 0;
  for await (const piece of content) {
    written += piece.length;
    if (written > bytes) break;
    for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
  }
  if (written !== bytes)
    throw new FileFault('invalid', `${path}: ${bytes} bytes were announced, others came`);
  await handle.chmod(mode);
  // A name must never stand for bytes that a failure of power takes away.
  await handle.datasync();
  return await handle.stat();
}

async function openPath(place: FilePlace, path: string): Promise<FileHandle> {
  const parts = partsOf(place, path);
  const name = parts.at(-1);
  if (name === undefined) return await openFolder(place, [], false);
  await using folder = await openFolder(place, parts.slice(0, -1), false);
  return await openEntry(place, folder, name);
}

const EVERYTHING = patternPlace(['.']);

interface Walk {
  readonly prefix: string;
  readonly wanted: PatternPlace;
  readonly deep: boolean;
}

async function listInto(
  found: SeenFile[],
  folder: FileHandle,
  { prefix, wanted, deep }: Walk,
): Promise<void> {
  const names = await readdir(inside(folder));
  for (const name of names.sort()) {
    const here = wanted.step(name);
    if (!here.isMatch && !here.leadsOn) continue;
    const stats = await lstat(inside(folder, name)).catch(() => null);
    if (stats === null) continue;
    if (here.isMatch) {
      if (found.length === MOST_LISTED)
        throw new FileFault('too_large', `it holds more than ${MOST_LISTED} files; pack them into one first`);
      found.push(seen(prefix + name, stats));
    }
    if (!deep || !stats.isDirectory()) continue;
    await using below = await open(inside(folder, name), O_PATH | O_DIRECTORY | constants.O_NOFOLLOW);
    await listInto(found, below, { prefix: `${prefix}${name}/`, wanted: here, deep });
  }
}

/** No generator: one that is given back before it has begun would leave the file open, and Node ends the process that forgets an open file. */
function piecesOf(handle: FileHandle, bytes: number, path: string): FileContent {
  let at = 0;
  const over = async (): Promise<IteratorReturnResult<undefined>> => {
    await handle.close();
    return { done: true, value: undefined };
  };
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (at >= bytes) return await over();
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytes - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw new FileFault('conflict', `${path} became shorter while it was read`);
    at += bytesRead;
    return { done: false, value: piece.subarray(0, bytesRead) };
  };
  const content: FileContent = {
    next: () =>
      next().catch(async (error: unknown) => {
        await handle.close();
        throw error;
      }),
    return: over,
    [Symbol.asyncIterator]: () => content,
  };
  return content;
}

function seen(path: string, stats: Stats): SeenFile {
  const kind = kindOf(stats);
  const bytes = kind === 'file' ? stats.size : 0;
  return { path, kind, bytes, mode: stats.mode & 0o7777, modifiedAt: Math.trunc(stats.mtimeMs) };
}

function kindOf(stats: Stats): SeenFile['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}
