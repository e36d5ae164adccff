import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generators } from '../generators.ts';
import { root } from '../tree/files.ts';
import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** What is generated and committed must be what its generator writes today. */
export const generatedFiles: Check = async () => {
  const present = generators.filter((script) => existsSync(join(root, script)));
  const results = await Promise.all(present.map((script) => runTool('node', script, '--check')));
  return results.flat().map((problem) => `${problem}\nnpm run generate brings it up to date`);
};
