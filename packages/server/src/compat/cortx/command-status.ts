import { describeEnd, type RunRecord, type RunStatus, statusOf } from '@errand/core';

/** The words of SSM, which callers know. */
type OldStatus =
  | 'Pending'
  | 'InProgress'
  | 'Delayed'
  | 'Cancelling'
  | 'Success'
  | 'Failed'
  | 'TimedOut'
  | 'Cancelled';

const STATUSES: Readonly<Record<RunStatus, OldStatus>> = {
  queued: 'Pending',
  starting: 'Pending',
  running: 'InProgress',
  unreachable: 'Delayed',
  canceling: 'Cancelling',
  succeeded: 'Success',
  failed: 'Failed',
  timed_out: 'TimedOut',
  canceled: 'Cancelled',
  lost: 'Failed',
};

export interface CommandStatus {
  readonly status: OldStatus;
  readonly isComplete: boolean;
  /** The old system had none; null while it runs, and where it did not end by itself. */
  readonly exitCode: number | null;
  /** Only where the command did not end by itself. */
  readonly error?: string;
}

/** How a command is, in the words of the old system. */
export function commandStatus(run: RunRecord): CommandStatus {
  const status = STATUSES[statusOf(run)];
  if (run.end === null) return { status, isComplete: false, exitCode: null };
  const { reason } = run.end;
  if (reason.kind === 'exited') return { status, isComplete: true, exitCode: reason.code };
  return { status, isComplete: true, exitCode: null, error: describeEnd(reason).sentence };
}
