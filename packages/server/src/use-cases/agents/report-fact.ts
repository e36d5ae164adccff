import type { AgentFact, ReportAnswer, ReportRequest } from '@errand/contract';
import {
  type Attempt,
  type Clock,
  type LogStore,
  observeRun,
  type PastAttempt,
  type RunFact,
  type RunRecord,
} from '@errand/core';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';

export interface ReportFactParts extends ChangeRunParts {
  readonly logs: Pick<LogStore, 'seal'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** An agent says what happened to an attempt of its own. `superseded` tells it to end that tree and to forget it. */
export async function reportFact(
  parts: ReportFactParts,
  agentId: string,
  { runId, token, claimant, fact }: ReportRequest,
): Promise<ReportAnswer> {
  // Before the end is visible: whoever sees the end must see all of the log.
  if (fact.kind === 'ended') await parts.logs.seal({ runId, token });
  const observed = await changeRun(parts, runId, (run) =>
    isHolder(run, agentId, token) && isClaimant(run, token, claimant)
      ? observeRun(run, runFact(fact, { token, claimant, now: parts.clock.now() }))
      : { kind: 'superseded' },
  );
  const superseded = observed === null || observed.step.kind === 'superseded' || observed.run.token !== token;
  return { kind: superseded ? 'superseded' : 'accepted' };
}

/** Only the agent that was given the attempt may speak of it. */
export function isHolder(run: RunRecord, agentId: string, token: number): boolean {
  return attemptOf(run, token)?.agentId === agentId;
}

/** A copy of an agent has its key too, but not the attempt that the other one executes. */
function isClaimant(run: RunRecord, token: number, claimant: string): boolean {
  const known = attemptOf(run, token)?.claimant ?? null;
  return known === null || known === claimant;
}

function attemptOf(run: RunRecord, token: number): Attempt | PastAttempt | undefined {
  return run.attempt?.token === token ? run.attempt : run.past.find((past) => past.token === token);
}

interface Reporter {
  readonly token: number;
  readonly claimant: string;
  readonly now: number;
}

function runFact(fact: AgentFact, { token, claimant, now }: Reporter): RunFact {
  switch (fact.kind) {
    case 'starting':
      return { kind: 'starting', token, claimant, now };
    case 'started':
      return { kind: 'started', token, at: fact.at };
    case 'ended':
      return { kind: 'ended', token, reason: fact.reason, log: fact.log, now };
    case 'not_executed':
      return { kind: 'not_executed', token, now };
  }
}
