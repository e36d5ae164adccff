import type { SessionEvent, SessionRecord, SessionSpec } from './record.ts';

/** What a request decides; the rest of a new record follows from it. */
export interface NewSession {
  readonly id: string;
  readonly owner: string;
  readonly createdBy: string;
  readonly name: string | null;
  readonly tags: readonly string[];
  /** Not given: it is somebody's own. */
  readonly run?: SessionRecord['run'];
  readonly template: SessionRecord['template'];
  readonly subdomain: string;
  readonly spec: SessionSpec;
}

/** A new session, requested at `now`. */
export function createSession(session: NewSession, now: number): SessionRecord {
  const requested: SessionEvent = { seq: 1, at: now, kind: 'requested', text: 'Requested.' };
  return {
    run: null,
    ...session,
    version: 1,
    createdAt: now,
    desired: 'running',
    state: 'requested',
    since: now,
    launches: 0,
    launch: null,
    kept: null,
    ports: [],
    agent: null,
    firstReadyAt: null,
    readyAt: null,
    endsAt: null,
    activity: { kind: 'start', at: now },
    hold: null,
    share: { level: 'owner' },
    extensions: [],
    failure: null,
    ending: null,
    trouble: null,
    events: [requested],
  };
}
