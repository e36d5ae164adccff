import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  ErrandError,
  type FileStat,
  type Files,
  type FileWish,
  type Handle,
  LIMITS,
  type ListDepth,
} from '@errand/core';
import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { entriesOf, exactly, fileArchive, folderArchive, kindOf } from './archive.ts';
import { execIn } from './exec-in.ts';
import { fileError } from './file-error.ts';
import { namesIn } from './names-in.ts';
import { entryAt, statAt } from './stat-at.ts';

export interface ContainerFilesParts {
  readonly calls: Docker;
  /** The container of a handle; null: it is gone. */
  readonly containerOf: (handle: Handle) => Promise<ContainerInspectInfo | null>;
  /** For files on their way into images that cannot move one. */
  readonly folder: string;
}

/** A container whose files are meant, and the path within it. */
interface Place {
  readonly container: Docker.Container;
  readonly runs: boolean;
  readonly path: string;
}

/**
 * Files of containers through the archive calls of the engine, which confine every path and link to the container. They have no call that puts one
 * file in the place of another at once, so a file is put beside its target and moved there by the image's `mv`; where the image has none,
 * it is gathered on this machine first, so that at least no half of it can stay.
 */
export function containerFiles(parts: ContainerFilesParts): Files<Handle> {
  const at = (handle: Handle, path: string): Promise<Place> => placeOf(parts, handle, path);
  return {
    stat: async (handle, path) => {
      const place = await at(handle, path);
      const seen = await statAt(place.container, place.path);
      return seen === null ? null : { ...seen, path };
    },
    list: async (handle, path, depth) => {
      const place = await at(handle, path);
      return (depth === 'direct' ? await listDirect(place, path) : null) ?? (await list(place, path, depth));
    },
    read: async (handle, path) => await read(await at(handle, path), path),
    write: async (handle, path, wish, content) => {
      if (path === '' || path.endsWith('/')) throw new ErrandError('conflict', `${path} names a folder`);
      const place = await at(handle, path);
      const seen = await statAt(place.container, place.path);
      if (seen?.kind === 'folder') throw new ErrandError('conflict', `${path} is a folder`);
      const whole = await withOwner(place, seen, wish);
      try {
        if (!place.runs) await put(place, place.path, whole, content);
        else if (await hasMove(place)) await putAndMove(place, whole, content);
        else await gatherAndPut(parts.folder, place, whole, content);
      } catch (error) {
        throw fileError(error, path);
      }
      return await present(place, path);
    },
    makeFolder: async (handle, path) => {
      const place = await at(handle, path);
      const seen = await statAt(place.container, place.path);
      if (seen !== null && seen.kind !== 'folder')
        throw new ErrandError('conflict', `${path} is there already, and is no folder`);
      if (seen === null)
        await makeFolder(place).catch((error: unknown) => Promise.reject(fileError(error, path)));
      return await present(place, path);
    },
  };
}

async function placeOf(
  { calls, containerOf }: ContainerFilesParts,
  handle: Handle,
  path: string,
): Promise<Place> {
  if (path.split('/').includes('..')) throw new ErrandError('invalid', `${path} must not contain ..`);
  const seen = await containerOf(handle);
  if (seen === null) throw new ErrandError('conflict', 'the container of the session is not there (yet)');
  const whole = posix.resolve(seen.Config.WorkingDir || '/', path);
  return { container: calls.getContainer(seen.Id), runs: seen.State.Running, path: whole };
}

async function folderAt({ container, path }: Place, asked: string): Promise<FileStat> {
  const top = await statAt(container, path);
  if (top === null) throw new ErrandError('not_found', `${asked} is not there`);
  if (top.kind !== 'folder') throw new ErrandError('conflict', `${asked} is no folder`);
  return top;
}

/** Beyond this many names one archive is faster than a question about each. */
const MOST_ASKED = 2_000;
const ASKED_AT_ONCE = 16;

/**
 * The archive of a folder holds all that is below it, of `/` the whole container; so the image's `find` is asked for names, and the engine for
 * each of them. null: it cannot be done so.
 */
async function listDirect(place: Place, asked: string): Promise<readonly FileStat[] | null> {
  const { container, runs } = place;
  const top = await folderAt(place, asked);
  const names = runs ? await namesIn(container, top.path, MOST_ASKED) : null;
  if (names === null) return null;
  const found: FileStat[] = [];
  const left = names.toSorted();
  const ask = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const seen = await entryAt(container, posix.join(top.path, name));
      if (seen !== null) found.push({ ...seen, path: name });
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
  return found.sort(byPath);
}

async function list(
  { container, path, ...rest }: Place,
  asked: string,
  depth: ListDepth,
): Promise<readonly FileStat[]> {
  const top = await folderAt({ container, path, ...rest }, asked);
  // The first part is the folder itself, but for `/`, which has no name.
  const own = top.path === '/' ? 0 : 1;
  const below = (name: string): string => name.split('/').filter(Boolean).slice(own).join('/');
  const found = new Map<string, FileStat>();
  for await (const { header } of entriesOf(container, path)) {
    const name = below(header.name);
    if (name === '' || (depth === 'direct' && name.includes('/'))) continue;
    if (found.size === LIMITS.filesListed)
      throw new ErrandError(
        'too_large',
        `it holds more than ${LIMITS.filesListed} files; pack them into one first`,
      );
    // A second name of a file comes without its bytes.
    const first = header.type === 'link' ? found.get(below(header.linkname ?? '')) : undefined;
    const bytes = first?.bytes ?? (header.type === 'file' ? (header.size ?? 0) : 0);
    const mode = (header.mode ?? 0) & 0o7777;
    const modifiedAt = header.mtime?.getTime() ?? 0;
    found.set(name, { path: name, kind: kindOf(header.type), bytes, mode, modifiedAt });
  }
  return [...found.values()].sort(byPath);
}

function byPath(one: FileStat, other: FileStat): number {
  return one.path < other.path ? -1 : 1;
}

async function read({ container, path }: Place, asked: string) {
  const stat = await statAt(container, path);
  if (stat === null) throw new ErrandError('not_found', `${asked} is not there`);
  if (stat.kind !== 'file') throw new ErrandError('conflict', `${asked} is no file`);
  return { stat: { ...stat, path: asked }, content: bytesOf(container, stat.path, stat.bytes, asked) };
}

async function* bytesOf(
  container: Docker.Container,
  path: string,
  bytes: number,
  asked: string,
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const { header, content } of entriesOf(container, path)) {
    if (header.type !== 'file') continue;
    for await (const piece of content) {
      seen += piece.length;
      if (seen > bytes) break;
      yield piece;
    }
    break;
  }
  if (seen !== bytes) throw new ErrandError('conflict', `${asked} changed while it was read`);
}

/** Owner and permissions as they will be. */
type Whole = FileWish & { readonly mode: number; readonly uid: number; readonly gid: number };

async function withOwner({ container }: Place, seen: FileStat | null, wish: FileWish): Promise<Whole> {
  const mode = wish.mode ?? seen?.mode ?? 0o644;
  if (wish.owner !== null) {
    const [uid = 0, gid = 0] = wish.owner.split(':').map(Number);
    return { ...wish, mode, uid, gid };
  }
  if (seen === null) return { ...wish, mode, uid: 0, gid: 0 };
  for await (const { header } of entriesOf(container, seen.path))
    return { ...wish, mode, uid: header.uid ?? 0, gid: header.gid ?? 0 };
  return { ...wish, mode, uid: 0, gid: 0 };
}

async function hasMove({ container }: Place): Promise<boolean> {
  const seen = await Promise.all(['/bin/mv', '/usr/bin/mv'].map((path) => statAt(container, path)));
  return seen.some((each) => each !== null);
}

async function putAndMove(place: Place, whole: Whole, content: AsyncIterable<Uint8Array>): Promise<void> {
  const draft = posix.join(posix.dirname(place.path), `.errand-${crypto.randomUUID()}`);
  try {
    await put(place, draft, whole, content);
    const { code, said } = await execIn(place.container, ['mv', '-f', draft, place.path]);
    if (code !== 0) throw new ErrandError('conflict', `it could not be moved to its place: ${said}`);
  } catch (error) {
    await execIn(place.container, ['rm', '-f', draft]).catch(() => undefined);
    throw error;
  }
}

async function gatherAndPut(
  folder: string,
  place: Place,
  whole: Whole,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const own = await mkdtemp(join(folder, 'file-'));
  try {
    const gathered = join(own, 'content');
    await pipeline(exactly(content, whole.bytes, place.path), createWriteStream(gathered, { mode: 0o600 }));
    await put(place, place.path, whole, createReadStream(gathered));
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** Missing folders above it come along. */
async function put(
  { container }: Place,
  path: string,
  whole: Whole,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const base = await deepestThere(container, posix.dirname(path));
  await container.putArchive(fileArchive(posix.relative(base, path), whole, content), { path: base });
}

async function makeFolder({ container, path }: Place): Promise<void> {
  const base = await deepestThere(container, posix.dirname(path));
  await container.putArchive(folderArchive(posix.relative(base, path)), { path: base });
}

/** The engine judges by this folder whether the place can be written: a volume can where the root cannot. */
async function deepestThere(container: Docker.Container, path: string): Promise<string> {
  for (let folder = path; folder !== '/'; folder = posix.dirname(folder)) {
    const seen = await statAt(container, folder);
    if (seen?.kind === 'folder') return folder;
    if (seen !== null) throw new ErrandError('conflict', `${folder} is no folder`);
  }
  return '/';
}

async function present({ container, path }: Place, asked: string): Promise<FileStat> {
  const seen = await statAt(container, path);
  if (seen === null) throw new ErrandError('conflict', `${asked} was taken away again at once`);
  return { ...seen, path: asked };
}
