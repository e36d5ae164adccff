/** The stored states of a job. Few states, many causes: see {@link JobCause}. */
export const JOB_STATES = [
  'queued',
  'provisioning',
  'running',
  'checking',
  'tearing_down',
  'waiting',
  'finished',
] as const;
export type JobState = (typeof JOB_STATES)[number];

/** What people see: derived from state, cancel request and end; never stored as truth. */
export const JOB_STATUSES = [
  'queued',
  'provisioning',
  'running',
  'checking',
  'tearing_down',
  'waiting',
  'canceling',
  'succeeded',
  'failed',
  'timed_out',
  'canceled',
  'lost',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What becomes of the session of the last attempt. */
export const JOB_FINISHES = ['delete', 'stop', 'keep'] as const;
export type JobFinishKind = (typeof JOB_FINISHES)[number];

/** How far an output is: not looked at yet, as it was asked for, or what is wrong with it. */
export const OUTPUT_STATES = ['unchecked', 'ok', 'missing', 'stale', 'invalid'] as const;
export type OutputState = (typeof OUTPUT_STATES)[number];
