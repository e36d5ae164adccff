import type { AppendAnswer, AppendRequest } from '@errand/contract';
import { LIMITS, type LogStore, type RunStore } from '@errand/core';
import { isHolder } from './report-fact.ts';

export interface AppendLogParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly logs: Pick<LogStore, 'append' | 'size'>;
}

/** Takes pieces of an attempt's log. A repeat changes nothing; pieces beyond the present size are answered with that size. */
export async function appendLog(
  parts: AppendLogParts,
  agentId: string,
  request: AppendRequest,
): Promise<AppendAnswer> {
  const { runId, token, pieces } = request;
  const run = await parts.runs.get(runId);
  if (run === null || run.token !== token || !isHolder(run, agentId, token)) return { kind: 'superseded' };
  const log = { runId, token };
  if (pieces.length === 0) return { kind: 'size', size: await parts.logs.size(log) };
  // The agent keeps to the cap; one that does not must not fill the disk of everybody.
  const last = pieces.at(-1);
  const room = run.spec.maxLogBytes + LIMITS.appendBytes;
  if (last !== undefined && last.offset > room) return { kind: 'size', size: await parts.logs.size(log) };
  return { kind: 'size', size: await parts.logs.append(log, pieces) };
}
