import { ErrandError, requestSession, type SessionIntent, type SessionRecord } from '@errand/core';
import { type Actor, checkTouches } from '../actor.ts';
import { type ChangeSessionParts, changeSession } from './change-session.ts';
import { type SeeSessionParts, seeSession } from './see-session.ts';

export type AskSessionParts = ChangeSessionParts & SeeSessionParts;

/** Passes a wish to a session. Throws `not_found` for sessions the actor may not see, `conflict` for wishes that cannot be granted. */
export async function askSession(
  parts: AskSessionParts,
  { actor, word }: { readonly actor: Actor; readonly word: string },
  intent: SessionIntent,
): Promise<SessionRecord> {
  const { id, owner } = await seeSession(parts, actor, word);
  checkTouches(actor, owner, 'session');
  const changed = await changeSession(parts, id, (session) => requestSession(session, intent));
  if (changed === null) throw new ErrandError('not_found', 'there is no such session');
  if (changed.step.kind === 'refused') throw new ErrandError('conflict', changed.step.why);
  return changed.session;
}
