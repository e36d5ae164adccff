/** What one invocation of the worker function is told: which control plane has a run for it, and with what it becomes its agent. */
export interface Invitation {
  readonly url: string;
  /** Good for one agent and one run. */
  readonly token: string;
  /** What people call the agent. */
  readonly name: string;
}

/** The event of an invocation. Throws a sentence where it is none of ours. */
export function readInvitation(event: unknown): Invitation {
  const { url, token, name } = (
    typeof event === 'object' && event !== null ? event : {}
  ) as Partial<Invitation>;
  if (typeof url !== 'string' || typeof token !== 'string' || typeof name !== 'string')
    throw new Error('this function is invoked by a control plane of errand, with `url`, `token` and `name`');
  return { url, token, name };
}
