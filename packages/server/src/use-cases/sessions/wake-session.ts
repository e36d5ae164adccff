import { type Clock, type Notifier, requestSession, type SessionRecord } from '@errand/core';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';
import { type ChangeSessionParts, changeSession } from './change-session.ts';
import { isSettled } from './see-session.ts';

export interface WakeSessionParts extends ChangeSessionParts {
  readonly notifier: Notifier;
  readonly clock: Clock;
}

/** Starts a stopped session because somebody asks for its port; one that is on its way or over stays as it is. */
export async function wakeSession(
  parts: WakeSessionParts,
  session: SessionRecord,
  by: string,
): Promise<SessionRecord> {
  const intent = { kind: 'start', by, now: parts.clock.now() } as const;
  const changed = await changeSession(parts, session.id, (present) => requestSession(present, intent));
  return changed?.session ?? session;
}

/** The session once it is where it is wanted, or as it is when the time is up; null: it is not known any more. */
export async function untilSettled(
  { sessions, ...parts }: WakeSessionParts,
  id: string,
  waiting: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<SessionRecord | null> {
  const look = async (): Promise<SessionRecord | null> => {
    const session = await sessions.get(id);
    return session === null || isSettled(session) ? session : null;
  };
  const settled = await waitFor(parts, { topics: [topics.session(id)], look, ...waiting });
  return settled ?? (await sessions.get(id));
}
