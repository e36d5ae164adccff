/** The four stored states of a run. Few states, many reasons: see {@link EndReason}. */
export const RUN_STATES = ['queued', 'leased', 'running', 'finished'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What people see: derived from state, cancel request, silence of the agent and end reason; never stored as truth. */
export const RUN_STATUSES = [
  'queued',
  'starting',
  'running',
  'unreachable',
  'canceling',
  'succeeded',
  'failed',
  'timed_out',
  'canceled',
  'lost',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The statuses of a finished run. */
export const RUN_OUTCOMES = ['succeeded', 'failed', 'timed_out', 'canceled', 'lost'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];
