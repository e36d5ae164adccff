import { cpSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../tree/files.ts';

/** Programs that are made of nothing but the agent's sources, each with the file of its name in what is built. */
export const AGENT_PROGRAMS = {
  'errand-agent.mjs': 'packages/agent/src/main.ts',
  'errand-worker.mjs': 'packages/agent/src/lambda/main.ts',
  'errand-module-host.mjs': 'packages/agent/src/module-host/main.ts',
} as const;

/**
 * What a machine without this repository needs to be an agent: the program as one file for Node 22 or newer, and the keeper's builds beside it; and
 * what a function of Lambda needs to be one. Somebody may be reading the folder meanwhile, so each file is replaced as a whole.
 */
export async function buildAgentFiles(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `.draft-${process.pid}`);
  for (const [name, entry] of Object.entries(AGENT_PROGRAMS)) {
    await bundle(entry, draft);
    renameSync(draft, join(folder, name));
  }
  const builds = join(root, 'packages/keeper/builds');
  for (const name of readdirSync(builds).filter((each) => each.startsWith('errand-keeper-'))) {
    cpSync(join(builds, name), draft);
    renameSync(draft, join(folder, name));
  }
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'warning',
  });
}
