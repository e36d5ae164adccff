import type { AgentFact, ReportAnswer, ReportRequest } from '@errand/contract';
import { type Clock, type LogStore, observeRun, type RunFact, type RunRecord } from '@errand/core';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';

export interface ReportFactParts extends ChangeRunParts {
  readonly logs: Pick<LogStore, 'seal'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** An agent says what happened to an attempt of its own. `superseded` tells it to end that tree and to forget it. */
export async function reportFact(
  parts: ReportFactParts,
  agentId: string,
  { runId, token, fact }: ReportRequest,
): Promise<ReportAnswer> {
  // Before the end is visible: whoever sees the end must see all of the log.
  if (fact.kind === 'ended') await parts.logs.seal({ runId, token });
  const observed = await changeRun(parts, runId, (run) =>
    isHolder(run, agentId, token)
      ? observeRun(run, runFact(fact, token, parts.clock.now()))
      : { kind: 'superseded' },
  );
  const superseded = observed === null || observed.step.kind === 'superseded' || observed.run.token !== token;
  return { kind: superseded ? 'superseded' : 'accepted' };
}

/** Only the agent that was given the attempt may speak of it. */
export function isHolder(run: RunRecord, agentId: string, token: number): boolean {
  const attempt = run.attempt?.token === token ? run.attempt : run.past.find((past) => past.token === token);
  return attempt?.agentId === agentId;
}

function runFact(fact: AgentFact, token: number, now: number): RunFact {
  switch (fact.kind) {
    case 'starting':
      return { kind: 'starting', token, now };
    case 'started':
      return { kind: 'started', token, at: fact.at };
    case 'ended':
      return { kind: 'ended', token, reason: fact.reason, log: fact.log, now };
    case 'not_executed':
      return { kind: 'not_executed', token, now };
  }
}
