import type { AppendAnswer, AppendRequest } from '@errand/contract';
import { type Clock, LIMITS, type LogStore, type RunStore } from '@errand/core';
import { Bell } from '../bell.ts';
import { isHolder } from './report-fact.ts';

export interface AppendLogParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly logs: Pick<LogStore, 'append' | 'size' | 'watch'>;
  readonly clock: Clock;
}

/** How long an append waits for those before it; afterwards the agent is told where to go on. */
const OUT_OF_ORDER_MS = 1_000;

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
  const size = await parts.logs.append(log, pieces);
  if (size >= (pieces[0]?.offset ?? 0)) return { kind: 'size', size };
  await predecessorOf(parts, request);
  return { kind: 'size', size: await parts.logs.append(log, pieces) };
}

/** An agent has several appends under way; over as many connections a later one may arrive first, and then waits a little. */
async function predecessorOf(
  { logs, clock }: AppendLogParts,
  { runId, token, pieces }: AppendRequest,
): Promise<void> {
  const from = pieces[0]?.offset ?? 0;
  const log = { runId, token };
  const bell = new Bell();
  const unwatch = logs.watch(log, bell.ring);
  try {
    const until = clock.steady() + OUT_OF_ORDER_MS;
    while ((await logs.size(log)) < from && clock.steady() < until)
      await bell.wait(clock, OUT_OF_ORDER_MS / 4);
  } finally {
    unwatch();
  }
}
