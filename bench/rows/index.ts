import type { Row } from '../row.ts';
import { cancel } from './cancel.ts';
import { commandLine } from './command-line.ts';
import { disk } from './disk.ts';
import { httpAgents } from './http-agents.ts';
import { idleAgents } from './idle-agents.ts';
import { latency } from './latency.ts';
import { lineLatency } from './line-latency.ts';
import { logRate } from './log-rate.ts';
import { masking } from './masking.ts';
import { oldRuns } from './old-runs.ts';
import { proxy } from './proxy.ts';
import { sessions } from './sessions.ts';
import { shortRuns } from './short-runs.ts';
import { stall } from './stall.ts';
import { startUp } from './start-up.ts';
import { warmModule } from './warm-module.ts';

/** In the order of the table of budgets. */
export const ROWS: readonly Row[] = [
  latency,
  warmModule,
  shortRuns,
  httpAgents,
  logRate,
  lineLatency,
  masking,
  commandLine,
  cancel,
  disk,
  oldRuns,
  idleAgents,
  startUp,
  stall,
  sessions,
  proxy,
];
