import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zip } from './zip.ts';

/** As AWS calls them, with the name that the keeper's build has. */
export const ARCHITECTURES = { x86_64: 'x64', arm64: 'arm64' } as const;
export type Architecture = keyof typeof ARCHITECTURES;

/** Files of the folder that `npm run build:agent` makes, and their names in the package. */
const FILES = [
  { file: 'errand-worker.mjs', name: 'index.mjs', mode: 0o644 },
  { file: 'errand-module-host.mjs', name: 'errand-module-host.mjs', mode: 0o644 },
] as const;

/** What the runtime starts. */
export const HANDLER = 'index.handler';

/** The package of the worker function: the same files make the same bytes. */
export function workerPackage(folder: string, architecture: Architecture): Buffer {
  const keeper = `errand-keeper-linux-${ARCHITECTURES[architecture]}`;
  const files = [...FILES, { file: keeper, name: keeper, mode: 0o755 }];
  return zip(files.map(({ file, name, mode }) => ({ name, mode, bytes: readFileSync(join(folder, file)) })));
}
