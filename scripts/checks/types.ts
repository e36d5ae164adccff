import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

export const types: Check = () => runTool('tsc', '-p', '.');
