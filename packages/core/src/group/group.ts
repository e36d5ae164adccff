import type { RunRecord } from '../run/record.ts';
import { describeEnd } from '../vocabulary/end-reason.ts';
import type { CancelSignal } from '../vocabulary/run-choice.ts';
import type { GroupRecord } from './record.ts';

/** The wish to end all of a group; null where an earlier one says as much. A later one may only hurry. */
export function cancelGroup(
  group: GroupRecord,
  { signal, kill, now }: { readonly signal: CancelSignal; readonly kill: boolean; readonly now: number },
): GroupRecord | null {
  if (group.cancel !== null && (group.cancel.kill || !kill)) return null;
  const at = group.cancel?.at ?? now;
  return { ...group, version: group.version + 1, cancel: { at, signal, kill }, open: true };
}

/**
 * The exit status of a group: 0 where every run succeeded, else the highest among its runs. Runs that were ended only because others failed say
 * nothing, unless there is nothing else. null: not all of them have ended.
 */
export function groupExitCode(runs: readonly RunRecord[]): number | null {
  const ends = runs.flatMap((run) =>
    run.end === null ? [] : [{ code: describeEnd(run.end.reason).exitCode, why: run.cancel?.why ?? null }],
  );
  if (ends.length < runs.length) return null;
  const own = ends.filter(({ why }) => why === null);
  return Math.max(0, ...(own.length > 0 ? own : ends).map(({ code }) => code));
}
