import type { RunRecord } from '../run/record.ts';

/** When the clock next matters to a run, in ms; null: never (it has finished). The store keeps it as a column to find what is due. */
export function wakeAt(run: RunRecord): number | null {
  if (run.state === 'finished') return null;
  if (run.state === 'queued' || run.attempt === null) return run.queueDeadline;
  const { unreachableAt, leaseExpiresAt, lostAfterMs } = run.attempt;
  return unreachableAt === null ? leaseExpiresAt : unreachableAt + lostAfterMs;
}
