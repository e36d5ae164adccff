import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** What was found the last time is kept, so that only what changed is looked at again. */
export const types: Check = () =>
  runTool('tsc', '-p', '.', '--incremental', '--tsBuildInfoFile', '.cache/types.tsbuildinfo');
