import type { AttemptName } from '@errand/contract';

/** The name of an attempt for the keeper and in the spool. */
export function attemptId({ runId, token }: AttemptName): string {
  return `${runId}.${token}`;
}
