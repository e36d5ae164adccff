import { idle, joinAgents } from './agents.ts';
import { cancelTrees } from './cancels.ts';
import { startContainers } from './containers.ts';
import { timeLines } from './lines.ts';
import { readProcess, readRun } from './logs.ts';
import { maskBytes } from './masks.ts';
import { probe } from './probes.ts';
import { startProcesses } from './processes.ts';
import { askOften } from './requests.ts';
import { submitRuns } from './runs.ts';
import { startSessions } from './sessions.ts';
import { queryStores } from './stores.ts';

/** What a measuring process can be asked to do. */
export const tasks = {
  askOften,
  cancelTrees,
  idle,
  joinAgents,
  maskBytes,
  probe,
  queryStores,
  readProcess,
  readRun,
  startContainers,
  startProcesses,
  startSessions,
  submitRuns,
  timeLines,
};

export type Tasks = typeof tasks;
export type TaskName = keyof Tasks;
