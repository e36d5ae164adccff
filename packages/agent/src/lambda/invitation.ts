/** What one invocation of the worker function is told: which control plane has a run for it, and with what it becomes its agent. */
export interface Invitation {
  readonly url: string;
  /** Good for one agent and one run. */
  readonly token: string;
  /** What people call the agent. */
  readonly name: string;
  /** The one attempt that it may execute; not given: whichever it is handed. */
  readonly run?: { readonly id: string; readonly token: number } | undefined;
}

/** The event of an invocation. Throws a sentence where it is none of ours. */
export function readInvitation(event: unknown): Invitation {
  const { url, token, name, run } = (
    typeof event === 'object' && event !== null ? event : {}
  ) as Partial<Invitation>;
  if (typeof url !== 'string' || typeof token !== 'string' || typeof name !== 'string')
    throw new Error('this function is invoked by a control plane of errand, with `url`, `token` and `name`');
  if (run == null) return { url, token, name };
  if (typeof run.id !== 'string' || typeof run.token !== 'number')
    throw new Error('`run` of an event says `id` and `token` of an attempt');
  return { url, token, name, run: { id: run.id, token: run.token } };
}
