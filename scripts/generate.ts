import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generators } from './generators.ts';
import { root } from './tree/files.ts';

/** Writes every generated file anew. */
for (const script of generators.filter((path) => existsSync(join(root, path)))) {
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
