/** What the owner of a session wants; the reconciler moves the session there. */
export const DESIRED_STATES = ['running', 'stopped', 'deleted'] as const;
export type DesiredState = (typeof DESIRED_STATES)[number];

/**
 * What was seen of a session. `deleted` and `failed` are final: the provider has confirmed that nothing is left. `failed` is the end of
 * a session that never became ready.
 */
export const SESSION_STATES = [
  'requested',
  'creating',
  'starting',
  'ready',
  'stopping',
  'stopped',
  'deleting',
  'deleted',
  'failed',
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** Is nothing left of a session in this state, for ever? */
export function isFinalState(state: SessionState): boolean {
  return FINAL[state];
}

const FINAL: Readonly<Record<SessionState, boolean>> = {
  requested: false,
  creating: false,
  starting: false,
  ready: false,
  stopping: false,
  stopped: false,
  deleting: false,
  deleted: true,
  failed: true,
};

/** Who may reach the ports of a session: each level lets in whoever the ones before it do, but a link and a team have nothing in common. */
export const SHARE_LEVELS = ['owner', 'team', 'link', 'public'] as const;

/** What keeps a session from counting as idle. */
export const ACTIVITIES = ['start', 'run', 'traffic', 'terminal', 'work', 'extension'] as const;
export type ActivityKind = (typeof ACTIVITIES)[number];
