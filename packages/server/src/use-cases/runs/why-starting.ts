import type { RunRecord, SessionStore } from '@errand/core';

/** What a run of a pool on demand waits for while its session is made; null: for nothing of that kind. */
export async function whyStarting(
  { sessions }: { readonly sessions: Pick<SessionStore, 'get'> },
  { attempt }: RunRecord,
): Promise<string | null> {
  const id = attempt?.agentId ?? '';
  const session = id.startsWith('ses_') ? await sessions.get(id) : null;
  if (session === null) return null;
  const { text } = session.events.at(-1) ?? { text: 'Requested.' };
  return `Its session ${id} is being made: ${text}`;
}
