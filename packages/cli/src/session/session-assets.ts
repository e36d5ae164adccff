import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Errand, SessionCreateInput } from '@errand/sdk';
import { CliError } from '../cli-error.ts';
import { endOf } from '../copy/copy-end.ts';

type Artifact = NonNullable<NonNullable<SessionCreateInput['files']>[number]['artifact']>;
type Files = NonNullable<SessionCreateInput['files']>;

/** Uploads each `PATH=FILE`, and says where it shall be; a file of `RUN:PATH` is there already. */
export async function filesOf(errand: Errand, pairs: readonly string[]): Promise<{ readonly files?: Files }> {
  const found = await Promise.all(pairs.map(fileOf));
  const files: Files = [];
  for (const each of found) {
    if ('artifact' in each) {
      files.push(each);
      continue;
    }
    const { path, file, mode } = each;
    const { id } = await errand.sessions.upload(createReadStream(file, { highWaterMark: 256 * 1024 }));
    files.push({ path, upload: id, mode });
  }
  return files.length === 0 ? {} : { files };
}

async function fileOf(
  pair: string,
): Promise<{ path: string; file: string; mode: string } | { path: string; artifact: Artifact }> {
  const at = pair.indexOf('=');
  if (at < 1) throw new CliError(`--file takes PATH=FILE, such as conf/app.json=./app.json, not ${pair}`);
  const file = pair.slice(at + 1);
  const end = endOf(file);
  if (end.kind === 'run') return { path: pair.slice(0, at), artifact: { run: end.id, path: end.path } };
  const stats: Stats | null = await stat(file).catch(() => null);
  if (stats?.isFile() !== true) throw new CliError(`${file} is no file here`);
  return { path: pair.slice(0, at), file, mode: (stats.mode & 0o777).toString(8).padStart(3, '0') };
}
