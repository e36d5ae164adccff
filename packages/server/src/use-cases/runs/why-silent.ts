import type { RunRecord, SessionStore } from '@errand/core';

/** Why nothing is heard of a run that is executed; null: something is. */
export async function whySilent(
  { sessions }: { readonly sessions: Pick<SessionStore, 'get'> },
  { spec }: RunRecord,
): Promise<string | null> {
  const session = spec.session === null ? null : await sessions.get(spec.session);
  if (session?.agent?.machine === undefined) return null;
  return 'Its log is not live: scripts are carried to its machine, and what it writes comes when it has ended.';
}
