import type { Notifier, SessionRecord, SessionStep, SessionStore } from '@errand/core';
import { topics } from '../topics.ts';

/** The store refuses a save only when somebody else saved first, so this many losses in a row mean a fault of ours. */
const MOST_TRIES = 100;

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
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const session = await sessions.get(id);
    if (session === null) return null;
    const step = decide(session);
    if (step.kind !== 'next') return { step, session };
    if ((await sessions.save(step.session)) === 'saved') {
      notifier.pulse(topics.session(id));
      notifier.pulse(topics.sessions, id);
      return { step, session: step.session };
    }
  }
  throw new Error(`SES-2: session ${id} could not be saved in ${MOST_TRIES} tries`);
}
