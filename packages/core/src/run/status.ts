import { describeEnd } from '../vocabulary/end-reason.ts';
import type { RunStatus } from '../vocabulary/run-state.ts';
import type { RunRecord } from './record.ts';

/** The visible status of a run. A cancel request shows over silence, an end over both. */
export function statusOf(run: RunRecord): RunStatus {
  switch (run.state) {
    case 'queued':
      return 'queued';
    case 'leased':
      return 'starting';
    case 'running':
      return runningStatus(run);
    case 'finished':
      return run.end === null ? 'lost' : describeEnd(run.end.reason).outcome;
  }
}

function runningStatus({ cancel, attempt }: RunRecord): RunStatus {
  if (cancel !== null) return 'canceling';
  if (attempt?.unreachableAt != null) return 'unreachable';
  return attempt?.startedAt == null ? 'starting' : 'running';
}
