import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** `biome check` is its formatter and its import sorting; its linter is off. */
export const format: Check = () => runTool('biome', 'check', '--max-diagnostics=200', '.');
