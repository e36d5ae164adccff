import type { AttemptRef, RunRecord } from '@errand/core';

/** The log of a run's latest attempt; before the first one that of the one to come, which is empty. */
export function latestLog({ id, token }: Pick<RunRecord, 'id' | 'token'>): AttemptRef {
  return { runId: id, token: Math.max(1, token) };
}
