import type { Notifier, SessionRecord, SessionStep, SessionStore } from '@errand/core';
import { changeRecord } from '../change-record.ts';
import { topics } from '../topics.ts';

export interface ChangeSessionParts {
  readonly sessions: Pick<SessionStore, 'get' | 'save'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
}

export interface ChangedSession {
  readonly step: SessionStep;
  /** The record as it is now. */
  readonly session: SessionRecord;
}

/** Load, decide, save under the version; again when somebody else was faster. null: there is no such session. */
export async function changeSession(
  { sessions, notifier }: ChangeSessionParts,
  id: string,
  decide: (session: SessionRecord) => SessionStep,
): Promise<ChangedSession | null> {
  const changed = await changeRecord({
    what: `SES-2: session ${id}`,
    load: () => sessions.get(id),
    decide,
    nextOf: (step) => (step.kind === 'next' ? step.session : null),
    save: (next) => sessions.save(next),
  });
  if (changed === null) return null;
  const { step, record: session, saved } = changed;
  if (saved) {
    notifier.pulse(topics.session(id));
    notifier.pulse(topics.sessions, id);
  }
  return { step, session };
}
