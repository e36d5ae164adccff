import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

export const lint: Check = () => runTool('oxlint', '--deny-warnings', '--report-unused-disable-directives');
