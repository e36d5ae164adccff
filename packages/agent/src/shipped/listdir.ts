import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ModuleContext } from '../module-host/run-call.ts';

export const description = 'Lists the files below a folder, one a line.';

export const parameters = {
  type: 'object',
  required: ['path'],
  properties: {
    path: {
      type: 'string',
      minLength: 1,
      description: 'a folder or a file; relative ones begin in the home folder',
    },
    hidden: { type: 'boolean', default: false, description: 'also what begins with a dot' },
  },
  additionalProperties: false,
};

export const result = {
  from: 'return',
  view: {
    kind: 'table',
    path: 'files',
    columns: [
      { path: 'path', title: 'path' },
      { path: 'bytes', title: 'bytes' },
      { path: 'modified', title: 'modified' },
    ],
  },
};

export interface Listing {
  readonly count: number;
  /** The first of them; the log has all. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly modified: string }[];
}

const SHOWN = 1_000;

/** Links are listed and not followed, so it ends. */
export function run(
  { path, hidden = false }: { path: string; hidden?: boolean },
  { signal, log }: ModuleContext,
): Listing {
  const files: Listing['files'][number][] = [];
  let count = 0;
  const list = (file: string): void => {
    signal.throwIfAborted();
    process.stdout.write(`${file}\n`);
    count += 1;
    if (files.length < SHOWN) files.push(about(file));
  };
  const walk = (folder: string): void => {
    for (const entry of entriesOf(folder, log)) {
      if (entry.name.startsWith('.') && !hidden) continue;
      const inside = join(folder, entry.name);
      if (entry.isDirectory()) walk(inside);
      else list(inside);
    }
  };
  const start = resolve(homedir(), path);
  if (lstatSync(start).isDirectory()) walk(start);
  else list(start);
  return { count, files };
}

/** What may not be read is said and passed over. */
function entriesOf(folder: string, log: ModuleContext['log']): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
    return [];
  }
}

function about(path: string): Listing['files'][number] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return { path, bytes: stat?.size ?? 0, modified: (stat?.mtime ?? new Date(0)).toISOString() };
}
