import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

export const unusedCode: Check = () => runTool('knip', '--no-progress', '--no-config-hints');
