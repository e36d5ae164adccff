import { type FileHandle, mkdir, open, readlink, realpath } from 'node:fs/promises';
import { FileFault } from './file-fault.ts';

/** Where the files of a session are. */
export interface FilePlace {
  /** Nothing outside of it is touched. `/`: a machine of its own. */
  readonly root: string;
  /** Relative paths count from here; within `root`. */
  readonly cwd: string;
}

/** Names a path without opening anything (open(2)); Node has no name for it. */
export const O_PATH = 0o10000000;
export const O_DIRECTORY = 0o200000;

/** The parts of a path from the root on. Throws `invalid` for one that leads out of it, or is none. */
export function partsOf({ root, cwd }: FilePlace, path: string): readonly string[] {
  if (path.includes('\0')) throw new FileFault('invalid', 'a path must not contain a NUL character');
  const given = path.split('/').filter((part) => part !== '' && part !== '.');
  if (given.includes('..')) throw new FileFault('invalid', `${path} must not contain ..`);
  if (!path.startsWith('/')) return [...cwd.slice(root.length).split('/').filter(Boolean), ...given];
  if (root === '/') return given;
  const top = root.split('/').filter(Boolean);
  if (top.every((part, at) => given[at] === part)) return given.slice(top.length);
  throw new FileFault('invalid', `${path} must not begin with /: paths count from the folder of the session`);
}

/**
 * Opens a folder below the root, part by part; `make`: missing ones are made. Each part is looked at once it is open: so a link that leads out, or is
 * put there meanwhile, is refused before anything is read or made behind it. The caller closes it.
 */
export async function openFolder(
  { root }: FilePlace,
  parts: readonly string[],
  make: boolean,
): Promise<FileHandle> {
  const top = await realpath(root);
  let folder = await open(top, O_PATH | O_DIRECTORY);
  try {
    for (const part of parts) {
      const path = inside(folder, part);
      if (make) await mkdir(path, { mode: 0o755 }).catch(unlessThere);
      const next = await open(path, O_PATH | O_DIRECTORY);
      await folder.close();
      folder = next;
      await checkInside(folder, top, part);
    }
    return folder;
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** Opens what a part of an open folder names, links followed, without reading it. The caller closes it. */
export async function openEntry({ root }: FilePlace, folder: FileHandle, part: string): Promise<FileHandle> {
  const entry = await open(inside(folder, part), O_PATH);
  try {
    await checkInside(entry, await realpath(root), part);
    return entry;
  } catch (error) {
    await entry.close();
    throw error;
  }
}

/** The path of something in an open folder; of the folder itself without a part. It stays that folder, whatever happens to its name. */
export function inside({ fd }: FileHandle, part?: string): string {
  return part === undefined ? `/proc/self/fd/${fd}` : `/proc/self/fd/${fd}/${part}`;
}

async function checkInside(handle: FileHandle, top: string, part: string): Promise<void> {
  const real = await readlink(inside(handle));
  if (top === '/' || real === top || real.startsWith(`${top}/`)) return;
  throw new FileFault('invalid', `${part} is a link that leads out of the session`);
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
