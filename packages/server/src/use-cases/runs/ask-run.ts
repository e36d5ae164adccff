import { ErrandError, type RunIntent, type RunRecord, requestRun } from '@errand/core';
import { type Actor, checkTouches } from '../actor.ts';
import { type ChangeRunParts, changeRun } from './change-run.ts';

/** Passes a wish (cancel, retry) to a run. Throws `not_found` for runs the actor may not see, `conflict` for wishes that cannot be granted. */
export async function askRun(
  parts: ChangeRunParts,
  { actor, runId }: { readonly actor: Actor; readonly runId: string },
  intent: RunIntent,
): Promise<RunRecord> {
  const seen = await parts.runs.get(runId);
  checkTouches(actor, seen?.owner, 'run');
  const changed = await changeRun(parts, runId, (run) => requestRun(run, intent));
  if (changed === null) throw new ErrandError('not_found', 'there is no such run');
  if (changed.step.kind === 'refused') throw new ErrandError('conflict', changed.step.why);
  return changed.run;
}
