import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../tree/files.ts';
import type { Check } from './check.ts';

const ENTRY = 'packages/agent/src/main.ts';

/** An agent is copied to machines and into Lambda: one small file, made of nothing but its own sources and the plain values of the wire. */
const OWN = /^packages\/(?:agent|contract\/src\/wire)\//;
const LIMIT_BYTES = 150 * 1024;

export const agentBundle: Check = async () => {
  if (!existsSync(join(root, ENTRY))) return [];
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    outfile: 'agent.js',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const bytes = Object.values(metafile.outputs)[0]?.bytes ?? 0;
  const foreign = Object.keys(metafile.inputs).filter((path) => !OWN.test(path));
  const problems = foreign.map((path) => `${path} is part of the agent's bundle`);
  if (bytes > LIMIT_BYTES) problems.push(`the agent's bundle has ${bytes} bytes, ${LIMIT_BYTES} are allowed`);
  return problems;
};
