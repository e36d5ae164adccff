import { idle, joinAgents } from './agents.ts';
import { cancelTrees } from './cancels.ts';
import { timeLines } from './lines.ts';
import { readProcess, readRun } from './logs.ts';
import { maskBytes } from './masks.ts';
import { probe } from './probes.ts';
import { startProcesses } from './processes.ts';
import { submitRuns } from './runs.ts';
import { queryStores } from './stores.ts';

/** What a measuring process can be asked to do. */
export const tasks = {
  cancelTrees,
  idle,
  joinAgents,
  maskBytes,
  probe,
  queryStores,
  readProcess,
  readRun,
  startProcesses,
  submitRuns,
  timeLines,
};

export type Tasks = typeof tasks;
export type TaskName = keyof Tasks;
