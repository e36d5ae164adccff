import type { AgentFact, ReportAnswer, ReportRequest } from '@errand/contract';
import {
  type ArtifactsState,
  type Attempt,
  type Clock,
  type LogStore,
  observeRun,
  type PastAttempt,
  type RunFact,
  type RunRecord,
  type RunResult,
} from '@errand/core';
import type { Schemas } from '../../json-schema/schemas.ts';
import { type ArtifactGathering, type EndedAttempt, withoutFiles } from '../artifacts/gather-artifacts.ts';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';
import { judgeResult } from '../scripts/judge-result.ts';

export interface ReportFactParts extends ChangeRunParts {
  readonly logs: Pick<LogStore, 'seal'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly schemas: Pick<Schemas, 'load' | 'checked'>;
  readonly gathering: Pick<ArtifactGathering, 'gather'>;
}

/** An agent says what happened to an attempt of its own. `superseded` tells it to end that tree and to forget it. */
export async function reportFact(
  parts: ReportFactParts,
  agentId: string,
  { runId, token, claimant, fact }: ReportRequest,
): Promise<ReportAnswer> {
  const isTheirs = (run: RunRecord): boolean =>
    isHolder(run, agentId, token) && isClaimant(run, token, claimant);
  if (fact.kind === 'ended') {
    // Nobody may touch the log of somebody else's attempt.
    const run = await parts.runs.get(runId);
    if (run === null || !isTheirs(run)) return { kind: 'superseded' };
    // Before the end is visible: whoever sees the end must see all of the log.
    await parts.logs.seal({ runId, token });
    if (fact.result !== null) await parts.schemas.load();
  }
  const artifacts = await artifactsOf(parts, { agentId, runId, token, isTheirs }, fact);
  const now = parts.clock.now();
  const observed = await changeRun(
    parts,
    runId,
    (run) =>
      isTheirs(run)
        ? observeRun(run, runFact(parts, { run, token, claimant, artifacts, now }, fact))
        : { kind: 'superseded' },
    (run) => resultToStore(run, token, fact),
  );
  const superseded = observed === null || observed.step.kind === 'superseded' || observed.run.token !== token;
  return { kind: superseded ? 'superseded' : 'accepted' };
}

/** Only a run whose lease speaks of artifacts costs the look at it. */
async function artifactsOf(
  { gathering }: Pick<ReportFactParts, 'gathering'>,
  attempt: Omit<EndedAttempt, 'reason'>,
  fact: AgentFact,
): Promise<ArtifactsState | undefined> {
  if (fact.kind !== 'ended' || fact.files !== true) return undefined;
  return await gathering.gather({ ...attempt, reason: fact.reason });
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
  readonly run: RunRecord;
  readonly token: number;
  readonly claimant: string;
  /** What was kept; undefined: nothing was to be, or could be. */
  readonly artifacts: ArtifactsState | undefined;
  readonly now: number;
}

function runFact(
  { schemas }: Pick<ReportFactParts, 'schemas'>,
  { run, token, claimant, artifacts, now }: Reporter,
  fact: AgentFact,
): RunFact {
  switch (fact.kind) {
    case 'starting':
      return { kind: 'starting', token, claimant, now };
    case 'started':
      return { kind: 'started', token, at: fact.at };
    case 'ended': {
      const result = judgeResult(schemas, run.spec.script?.result ?? null, fact.result);
      const kept = artifacts ?? withoutFiles(run, fact.reason);
      return { kind: 'ended', token, reason: fact.reason, log: fact.log, result, artifacts: kept, now };
    }
    case 'not_executed':
      return { kind: 'not_executed', token, now };
  }
}

/** Only of the attempt that the run ended with: one that is tried again has said nothing yet. */
function resultToStore(run: RunRecord, token: number, fact: AgentFact): RunResult | null {
  const isOfItsEnd = run.state === 'finished' && run.token === token && run.end?.result?.kind === 'kept';
  if (!isOfItsEnd) return null;
  return fact.kind === 'ended' && fact.result !== null && 'json' in fact.result
    ? { token, json: fact.result.json }
    : null;
}
