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

/**
 * A session of this key that was never asked for, and is over: stored under the key, it keeps any other from being made under it. Whoever asked
 * before keeps what they have, since the store answers with that one.
 */
export function neverAsked(
  { id, owner, createdBy, tags }: Pick<NewSession, 'id' | 'owner' | 'createdBy' | 'tags'>,
  now: number,
): SessionRecord {
  const about = { id, owner, createdBy, tags, name: null, template: null, subdomain: '', spec: OF_NOTHING };
  return { ...createSession(about, now), state: 'deleted', desired: 'deleted' };
}

const OF_NOTHING: SessionSpec = {
  provider: 'none',
  image: null,
  size: null,
  cpus: null,
  memoryBytes: null,
  command: null,
  env: {},
  sealedEnv: {},
  ports: [],
  volumes: [],
  health: null,
  pool: null,
  agent: null,
  options: {},
  limits: { leaseMs: 0, createMs: 0, readyMs: 0, stopMs: 0, lifeMs: 0, idleMs: null, unusedMs: null },
};
