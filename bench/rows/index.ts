import type { Row } from '../row.ts';
import { cancel } from './cancel.ts';
import { commandLine } from './command-line.ts';
import { disk } from './disk.ts';
import { latency } from './latency.ts';
import { lineLatency } from './line-latency.ts';
import { logRate } from './log-rate.ts';
import { masking } from './masking.ts';
import { oldRuns } from './old-runs.ts';
import { shortRuns } from './short-runs.ts';
import { stall } from './stall.ts';
import { startUp } from './start-up.ts';

/** In the order of the table of budgets. Not there yet: 5,000 idle agents. */
export const ROWS: readonly Row[] = [
  latency,
  shortRuns,
  logRate,
  lineLatency,
  masking,
  commandLine,
  cancel,
  disk,
  oldRuns,
  startUp,
  stall,
];
