import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SessionFile } from '@errand/sdk';
import { CliError } from '../cli-error.ts';
import type { Output } from '../output/output.ts';
import { atOnce } from './at-once.ts';
import type { CopyProgress } from './copy-progress.ts';
import type { FarFiles } from './far-files.ts';

export interface Download {
  readonly files: FarFiles;
  /** There. */
  readonly from: string;
  /** Here; `-` is the output. */
  readonly to: string;
  readonly progress: CopyProgress;
  readonly output: Output;
}

/** Copies a file or a folder from there to here. */
export async function download(copy: Download): Promise<void> {
  const { files, from, to, progress, output } = copy;
  const top = await files.stat(from);
  if (to === '-') {
    if (top.kind !== 'file') throw new CliError(`${from} is no file; only one file can be printed`);
    progress.expect(top.bytes);
    for await (const piece of progress.count(from, files.read(from))) await output.write(piece);
    return;
  }
  const name = posix.basename(from.replace(/\/+$/, ''));
  const isInto = to.endsWith('/') || (await isFolder(to));
  const target = isInto && name !== '' && name !== '.' ? join(to, name) : to;
  if (top.kind === 'file') {
    progress.expect(top.bytes);
    return await get(copy, { path: from, to: target, file: top });
  }
  if (top.kind !== 'folder') throw new CliError(`${from} is neither a file nor a folder`);
  await getFolder(copy, target);
}

async function getFolder(copy: Download, target: string): Promise<void> {
  const { files, from, progress } = copy;
  const found: Found[] = [];
  await mkdir(target, { recursive: true });
  for (const entry of await files.list(from)) {
    const path = posix.join(from, entry.path);
    const file = entry.kind === 'link' ? await files.stat(path).catch(() => entry) : entry;
    const to = join(target, ...innerParts(entry.path));
    if (file.kind === 'folder' && entry.kind === 'folder') await mkdir(to, { recursive: true });
    else if (file.kind !== 'file') progress.skip(path);
    else {
      progress.expect(file.bytes);
      found.push({ path, to, file });
    }
  }
  await atOnce(found, (each) => get(copy, each));
}

interface Found {
  readonly path: string;
  readonly to: string;
  readonly file: SessionFile;
}

/** Whoever has made the files decides what is in them, not where they go here. */
function innerParts(path: string): readonly string[] {
  const parts = path.split('/');
  if (path.startsWith('/') || parts.includes('..'))
    throw new CliError(`there is word of a file at ${path}; nothing of it is taken`);
  return parts;
}

/** Beside its place first, so that no half of a file is ever taken for it. */
async function get({ files, progress }: Download, { path, to, file }: Found): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const draft = join(dirname(to), `.${basename(to).slice(0, 100)}.${randomBytes(4).toString('hex')}`);
  try {
    const content = progress.count(path, files.read(path));
    await pipeline(
      content,
      createWriteStream(draft, { flags: 'wx', mode: Number.parseInt(file.mode, 8) & 0o777 }),
    );
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new CliError(`${to} does not fit: no space is left here`);
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
