import { LIMITS } from '../vocabulary/limits.ts';
import { span } from '../vocabulary/session-reason.ts';
import { beginDelete, beginStop, type EndCause, mayExist } from './ending.ts';
import { type BySessionState, move, next, type SessionStep, same, told } from './lifecycle.ts';
import type { Hold, SessionRecord, Share } from './record.ts';

/** What somebody wants of a session; `by` is the id of the key. Repeatable. */
export type SessionIntent =
  | { readonly kind: 'start'; readonly by: string; readonly now: number }
  | {
      readonly kind: 'stop';
      readonly by: string;
      readonly now: number;
      /** What it keeps on disk goes, too. */
      readonly deleteVolumes?: boolean;
    }
  | { readonly kind: 'delete'; readonly by: string; readonly now: number }
  /** Let it run until `until` at least (as far as {@link LIMITS} allow), and count this as use. */
  | { readonly kind: 'extend'; readonly until: number; readonly by: string; readonly now: number }
  /** Let it run until `until` and no longer. */
  | { readonly kind: 'limit'; readonly until: number; readonly by: string; readonly now: number }
  /** Keep it from counting as idle until then. */
  | { readonly kind: 'hold'; readonly hold: Hold; readonly now: number }
  /** Who may reach its ports from now on. */
  | { readonly kind: 'share'; readonly share: Share; readonly by: string; readonly now: number }
  | { readonly kind: 'release'; readonly by: string; readonly now: number };

/** The answer of a session to a wish. Never throws; a wish that cannot be granted is `refused` with the reason. */
export function requestSession(session: SessionRecord, intent: SessionIntent): SessionStep {
  const byState = INTENTS[intent.kind] as BySessionState<SessionIntent>;
  return byState[session.state](session, intent);
}

type Intent<Kind extends SessionIntent['kind']> = Extract<SessionIntent, { kind: Kind }>;

/** For a diagram and for tests, too: every intent in every state. */
export const INTENTS: { readonly [Kind in SessionIntent['kind']]: BySessionState<Intent<Kind>> } = {
  start: {
    requested: same,
    creating: same,
    starting: same,
    ready: same,
    stopping: startAfterStop,
    stopped: start,
    deleting: over,
    deleted: over,
    failed: over,
  },
  stop: {
    requested: stopUnmade,
    creating: stop,
    starting: stop,
    ready: stop,
    stopping: stayStopped,
    stopped: stopStopped,
    deleting: same,
    deleted: same,
    failed: same,
  },
  delete: {
    requested: remove,
    creating: remove,
    starting: remove,
    ready: remove,
    stopping: remove,
    stopped: remove,
    deleting: same,
    deleted: same,
    failed: same,
  },
  extend: {
    requested: notRunning,
    creating: notRunning,
    starting: extend,
    ready: extend,
    stopping: notRunning,
    stopped: notRunning,
    deleting: over,
    deleted: over,
    failed: over,
  },
  limit: {
    requested: notRunning,
    creating: notRunning,
    starting: limit,
    ready: limit,
    stopping: notRunning,
    stopped: notRunning,
    deleting: over,
    deleted: over,
    failed: over,
  },
  hold: {
    requested: hold,
    creating: hold,
    starting: hold,
    ready: hold,
    stopping: hold,
    stopped: hold,
    deleting: over,
    deleted: over,
    failed: over,
  },
  share: {
    requested: share,
    creating: share,
    starting: share,
    ready: share,
    stopping: share,
    stopped: share,
    deleting: over,
    deleted: over,
    failed: over,
  },
  release: {
    requested: release,
    creating: release,
    starting: release,
    ready: release,
    stopping: release,
    stopped: release,
    deleting: same,
    deleted: same,
    failed: same,
  },
};

function start(session: SessionRecord, { by, now }: Intent<'start'>): SessionStep {
  const fresh = { desired: 'running', ending: null, failure: null } as const;
  return move(session, 'requested', { ...fresh, now, text: `${by} starts it again.` });
}

/** What runs is ended first; then it starts anew. */
function startAfterStop(session: SessionRecord, { by, now }: Intent<'start'>): SessionStep {
  if (session.desired === 'running') return same();
  const text = `${by} wants it to start again once it has stopped.`;
  const events = told(session, { at: now, kind: 'progress', text });
  return next(session, { desired: 'running', ending: null, failure: null, events });
}

function stop(session: SessionRecord, intent: Intent<'stop'>): SessionStep {
  return beginStop(dropping(session, intent), asked(intent));
}

/** Waiting to be made, or to be started again: nothing runs. */
function stopUnmade(session: SessionRecord, intent: Intent<'stop'>): SessionStep {
  if (hasToDrop(session, intent)) return stop(session, intent);
  const { reason, now } = asked(intent);
  const stopped = { desired: 'stopped', ending: { reason, at: now } } as const;
  return move(session, 'stopped', { ...stopped, now, text: 'Stopped before it was started.' });
}

function stayStopped(session: SessionRecord, intent: Intent<'stop'>): SessionStep {
  if (session.desired === 'stopped' && !hasToDrop(session, intent)) return same();
  const { reason, now } = asked(intent);
  return next(dropping(session, intent), { desired: 'stopped', ending: { reason, at: now } });
}

/** Stopped before, with all that it had on disk. */
function stopStopped(session: SessionRecord, intent: Intent<'stop'>): SessionStep {
  return hasToDrop(session, intent) ? stop(session, intent) : same();
}

function hasToDrop(session: SessionRecord, { deleteVolumes = false }: Intent<'stop'>): boolean {
  return deleteVolumes && session.dropsVolumes !== true && mayExist(session);
}

function dropping(session: SessionRecord, { deleteVolumes = false }: Intent<'stop'>): SessionRecord {
  return deleteVolumes ? { ...session, dropsVolumes: true } : session;
}

function remove(session: SessionRecord, intent: Intent<'delete'>): SessionStep {
  return beginDelete(session, asked(intent));
}

function asked({ by, now }: { readonly by: string; readonly now: number }): EndCause {
  return { reason: { kind: 'asked', by }, now };
}

function extend(session: SessionRecord, { until, by, now }: Intent<'extend'>): SessionStep {
  const latest = (session.launch?.askedAt ?? now) + LIMITS.sessionLifeMs;
  if (until > latest) {
    const most = `a session runs for at most ${span(LIMITS.sessionLifeMs)} after a start`;
    return refused(`${most}; stop it and start it again for a new term`);
  }
  const endsAt = Math.max(session.endsAt ?? 0, until);
  const extensions = [...session.extensions, { by, at: now, endsAt }].slice(-KEPT_EXTENSIONS);
  const events = told(session, { at: now, kind: 'extended', text: `Extended by ${by}.` });
  return next(session, { endsAt, extensions, activity: { kind: 'extension', at: now }, events });
}

const KEPT_EXTENSIONS = 20;

function limit(session: SessionRecord, { until, by, now }: Intent<'limit'>): SessionStep {
  if (session.endsAt === until) return same();
  const events = told(session, {
    at: now,
    kind: 'extended',
    text: `${by} lets it run for ${span(until - now)} more.`,
  });
  return next(session, { endsAt: until, events });
}

function hold(session: SessionRecord, { hold: wanted, now }: Intent<'hold'>): SessionStep {
  const { hold: present } = session;
  if (present?.until === wanted.until && present.by === wanted.by && present.note === wanted.note)
    return same();
  const events = told(session, { at: now, kind: 'held', text: `Held by ${wanted.by}.` });
  return next(session, { hold: wanted, events });
}

function release(session: SessionRecord, { by, now }: Intent<'release'>): SessionStep {
  if (session.hold === null) return same();
  const events = told(session, { at: now, kind: 'released', text: `Released by ${by}.` });
  return next(session, { hold: null, events });
}

const SHARED: Readonly<Record<Share['level'], string>> = {
  owner: 'Shared with nobody any more',
  team: 'Shared with the team',
  link: 'Shared by a link',
  public: 'Shared with everybody',
};

function share(session: SessionRecord, { share: wanted, by, now }: Intent<'share'>): SessionStep {
  if (session.share.level === wanted.level && wanted.level !== 'link') return same();
  const events = told(session, { at: now, kind: 'shared', text: `${SHARED[wanted.level]}, by ${by}.` });
  return next(session, { share: wanted, events });
}

function notRunning(): SessionStep {
  return refused('the session is not running; errand session start starts it');
}

function over(session: SessionRecord): SessionStep {
  const how = mayExist(session) ? 'is being deleted' : 'is over';
  return refused(`the session ${how}; create another one`);
}

function refused(why: string): SessionStep {
  return { kind: 'refused', why };
}
