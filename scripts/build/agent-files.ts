import { cpSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../tree/files.ts';

/**
 * What a machine without this repository needs to be an agent: the program as one file for Node 22 or newer, and the keeper's builds beside it.
 * Somebody may be reading the folder meanwhile, so each file is replaced as a whole.
 */
export async function buildAgentFiles(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `.draft-${process.pid}`);
  await build({
    entryPoints: [join(root, 'packages/agent/src/main.ts')],
    outfile: draft,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'warning',
  });
  renameSync(draft, join(folder, 'errand-agent.mjs'));
  const builds = join(root, 'packages/keeper/builds');
  for (const name of readdirSync(builds).filter((each) => each.startsWith('errand-keeper-'))) {
    cpSync(join(builds, name), draft);
    renameSync(draft, join(folder, name));
  }
}
