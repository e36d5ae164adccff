import { createReadStream, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, posix, resolve } from 'node:path';
import { ErrandApiError, type SessionFiles } from '@errand/sdk';
import { CliError } from '../cli-error.ts';
import { atOnce } from './at-once.ts';
import type { CopyProgress } from './copy-progress.ts';

export interface Upload {
  readonly files: SessionFiles;
  /** Here. */
  readonly from: string;
  /** In the session. */
  readonly to: string;
  readonly owner: string | undefined;
  readonly progress: CopyProgress;
}

/** Copies a file or a folder into a session. */
export async function upload(copy: Upload): Promise<void> {
  const { files, from, to, progress } = copy;
  const top = await here(from);
  const isInto = to === '' || to.endsWith('/') || (await isFolder(files, to));
  const target = isInto ? posix.join(to, basename(resolve(from))) : to;
  if (top.isFile()) {
    progress.expect(top.size);
    return await put(copy, { path: from, to: target, stats: top });
  }
  if (!top.isDirectory()) throw new CliError(`${from} is neither a file nor a folder`);
  const found: Found[] = [{ path: from, to: target, stats: top }];
  await below(found, { path: from, to: target }, progress);
  // In order, so that each folder is there before what it holds, the empty ones too.
  for (const each of found) if (each.stats.isDirectory()) await files.makeFolder(each.to);
  await atOnce(
    found.filter(({ stats }) => stats.isFile()),
    (each) => put(copy, each),
  );
}

interface Found {
  readonly path: string;
  readonly to: string;
  readonly stats: Stats;
}

async function below(found: Found[], top: Omit<Found, 'stats'>, progress: CopyProgress): Promise<void> {
  for (const name of (await readdir(top.path)).sort()) {
    const each = { path: join(top.path, name), to: posix.join(top.to, name) };
    // What a link leads to is copied; one that leads nowhere is left out.
    const stats = await stat(each.path).catch(() => null);
    if (stats === null || !(stats.isFile() || stats.isDirectory())) {
      progress.skip(each.path);
      continue;
    }
    found.push({ ...each, stats });
    if (stats.isFile()) progress.expect(stats.size);
    else await below(found, each, progress);
  }
}

async function put({ files, owner, progress }: Upload, { path, to, stats }: Found): Promise<void> {
  const content = progress.count(path, createReadStream(path, { highWaterMark: 256 * 1024 }));
  await files.write(to, { content, bytes: stats.size, mode: stats.mode & 0o777, owner });
}

async function here(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'is not there' : String(error);
    throw new CliError(`${path} ${why}`);
  }
}

async function isFolder(files: SessionFiles, path: string): Promise<boolean> {
  try {
    return (await files.stat(path)).kind === 'folder';
  } catch (error) {
    if (error instanceof ErrandApiError && error.code === 'not_found') return false;
    throw error;
  }
}
