import { build } from 'esbuild';
import { AGENT_PROGRAMS } from '../build/agent-files.ts';
import { root } from '../tree/files.ts';
import type { Check } from './check.ts';

/** An agent is copied to machines and into Lambda: one small file, made of nothing but its own sources and the plain values of the wire. */
const OWN = /^packages\/(?:agent|contract\/src\/wire)\//;
/** It carries commands to machines that only SSM reaches, and serves tasks of ECS: 152 KiB with both. */
const LIMIT_BYTES = 160 * 1024;

export const agentBundle: Check = async () =>
  (await Promise.all(Object.entries(AGENT_PROGRAMS).map(([name, entry]) => problemsOf(name, entry)))).flat();

async function problemsOf(name: string, entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
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
  const problems = foreign.map((path) => `${path} is part of ${name}`);
  if (bytes > LIMIT_BYTES) problems.push(`${name} has ${bytes} bytes, ${LIMIT_BYTES} are allowed`);
  return problems;
}
