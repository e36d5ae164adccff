import { type Clock, ErrandError, type Notifier, type RunRecord, type RunStore } from '@errand/core';
import { type Actor, checkSees } from '../actor.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';

/** One run; `not_found` where the actor may not see it. */
export async function seeRun(runs: Pick<RunStore, 'get'>, actor: Actor, runId: string): Promise<RunRecord> {
  const run = await runs.get(runId);
  checkSees(actor, run?.owner, 'run');
  if (run === null) throw new ErrandError('not_found', 'there is no such run');
  return run;
}

/** The value that the run reported, parsed; null where it reported none. */
export async function seeResult(runs: Pick<RunStore, 'result'>, run: RunRecord): Promise<unknown> {
  if (run.end?.result?.kind !== 'kept') return null;
  const result = await runs.result(run.id);
  return result === null ? null : JSON.parse(result.json);
}

export interface AwaitRunParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

/** The run once it has finished, or as it is when `waitMs` are up or the signal aborts. */
export async function awaitRun(
  parts: AwaitRunParts,
  { actor, runId }: { readonly actor: Actor; readonly runId: string },
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<RunRecord> {
  if (waitMs === 0) return await seeRun(parts.runs, actor, runId);
  const look = async (): Promise<RunRecord | null> => {
    const run = await seeRun(parts.runs, actor, runId);
    return run.state === 'finished' ? run : null;
  };
  const finished = await waitFor(parts, { topics: [topics.runEnd(runId)], look, waitMs, signal });
  return finished ?? (await seeRun(parts.runs, actor, runId));
}
