import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tree/files.ts';

/** Runs Vitest in the repository, shown as it goes, with its JSON report in a file; answers its status. Where it could not write one there is none. */
export function runVitest(report: string, args: readonly string[]): number | null {
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const options = { cwd: root, stdio: 'inherit' } as const;
  return spawnSync(process.execPath, [vitest, 'run', ...reporters, ...args], options).status;
}
