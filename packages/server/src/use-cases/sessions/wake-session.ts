import { type Clock, type Notifier, requestSession, type SessionRecord } from '@errand/core';
import { type ChangeSessionParts, changeSession } from './change-session.ts';

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
