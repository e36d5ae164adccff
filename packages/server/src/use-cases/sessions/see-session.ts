import {
  type Clock,
  ErrandError,
  isFinalState,
  isSubdomain,
  type Notifier,
  type SessionEvent,
  type SessionRecord,
  type SessionStore,
} from '@errand/core';
import { type Actor, checkSees } from '../actor.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';

export interface SeeSessionParts {
  readonly sessions: Pick<SessionStore, 'get' | 'byName' | 'bySubdomain'>;
}

/** The session of an id, of a name of the actor's owner, or of a subdomain; `not_found` where the actor may not see it. */
export async function seeSession(
  { sessions }: SeeSessionParts,
  actor: Actor,
  word: string,
): Promise<SessionRecord> {
  const session =
    (word.startsWith('ses_') ? await sessions.get(word) : null) ??
    (await sessions.byName(actor.owner, word)) ??
    (isSubdomain(word) ? await sessions.bySubdomain(word) : null);
  checkSees(actor, session?.owner, 'session');
  if (session === null) throw new ErrandError('not_found', 'there is no such session');
  return session;
}

/** Is the session where it is wanted, or over? */
export function isSettled({ state, desired }: SessionRecord): boolean {
  if (isFinalState(state)) return true;
  return (state === 'ready' && desired === 'running') || (state === 'stopped' && desired === 'stopped');
}

export interface AwaitSessionParts extends SeeSessionParts {
  readonly notifier: Notifier;
  readonly clock: Clock;
}

export interface Waiting {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** The session once it is settled, or as it is when the time is up. */
export async function awaitSession(
  parts: AwaitSessionParts,
  { actor, word }: { readonly actor: Actor; readonly word: string },
  waiting: Waiting,
): Promise<SessionRecord> {
  const { id } = await seeSession(parts, actor, word);
  return await untilSettled(parts, { id, load: () => seeSession(parts, actor, id) }, waiting);
}

/** The same, of a session that the caller knows how to load. */
export async function untilSettled(
  parts: Pick<AwaitSessionParts, 'notifier' | 'clock'>,
  { id, load }: { readonly id: string; readonly load: () => Promise<SessionRecord> },
  waiting: Waiting,
): Promise<SessionRecord> {
  const look = async (): Promise<SessionRecord | null> => {
    const session = await load();
    return isSettled(session) ? session : null;
  };
  const settled = await waitFor(parts, { topics: [topics.session(id)], look, ...waiting });
  return settled ?? (await load());
}

export interface NewEvents {
  readonly session: SessionRecord;
  readonly events: readonly SessionEvent[];
}

/** What happened after the event `after`; waits for something to happen, unless the session is settled. */
export async function followSession(
  parts: AwaitSessionParts,
  { actor, word, after }: { readonly actor: Actor; readonly word: string; readonly after: number },
  waiting: Waiting,
): Promise<NewEvents> {
  const { id } = await seeSession(parts, actor, word);
  const newest = async (): Promise<NewEvents> => {
    const session = await seeSession(parts, actor, id);
    return { session, events: session.events.filter(({ seq }) => seq > after) };
  };
  const look = async (): Promise<NewEvents | null> => {
    const seen = await newest();
    return seen.events.length > 0 || isSettled(seen.session) ? seen : null;
  };
  return (await waitFor(parts, { topics: [topics.session(id)], look, ...waiting })) ?? (await newest());
}
