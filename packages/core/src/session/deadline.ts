import { DEFAULTS } from '../vocabulary/limits.ts';
import type { SessionState } from '../vocabulary/session-state.ts';
import type { Activity, SessionRecord } from './record.ts';

/** When the present phase of a start has taken too long; null outside of a start. */
export function phaseDeadline({ state, since, launch, spec: { limits } }: SessionRecord): number | null {
  if (state === 'creating') return (launch?.askedAt ?? since) + limits.createMs;
  return state === 'starting' ? since + limits.readyMs : null;
}

/** When a ready session counts as idle, if nothing happens in it until then; null: never. `use`: what was seen since the record was saved. */
export function idleAt(session: SessionRecord, use: Activity | null = null): number | null {
  const { idleMs } = session.spec.limits;
  if (session.state !== 'ready' || idleMs === null) return null;
  const last = Math.max(session.activity.at, use?.at ?? 0, session.readyAt ?? 0);
  return Math.max(last + idleMs, session.hold?.until ?? 0);
}

/** When a stopped session is deleted, if nobody starts it; null: never. */
export function unusedAt({ state, since, hold, spec }: SessionRecord): number | null {
  const { unusedMs } = spec.limits;
  if (state !== 'stopped' || unusedMs === null) return null;
  return Math.max(since + unusedMs, hold?.until ?? 0);
}

/** When the lease of what runs is to be renewed: every minute, or three times in a short lease. */
export function renewAt({ launch, trouble, spec }: SessionRecord): number | null {
  if (launch?.handle == null) return null;
  const due = launch.renewedAt + Math.min(DEFAULTS.sessionRenewMs, spec.limits.leaseMs / 3);
  return Math.max(due, trouble?.notBefore ?? 0);
}

/** When a stop or a deletion that is not confirmed becomes an alarm; null where nothing is being ended. */
export function alarmAt({ state, since, spec }: SessionRecord): number | null {
  return state === 'stopping' || state === 'deleting' ? since + spec.limits.stopMs : null;
}

/**
 * When the session next needs the reconciler, in ms; null: not before somebody wants something of it. The store keeps it as a column to
 * find what is due. Phases that wait for a provider are always due: how often it is asked is the reconciler's.
 */
export function sessionWakeAt(session: SessionRecord): number | null {
  return WAKE[session.state](session);
}

const WAKE: { readonly [State in SessionState]: (session: SessionRecord) => number | null } = {
  requested: ({ since }) => since,
  creating: troubledOrDue,
  starting: troubledOrDue,
  ready: (session) => earliest([renewAt(session), session.endsAt, idleAt(session), leaseEnd(session)]),
  stopping: troubledOrDue,
  stopped: unusedAt,
  deleting: troubledOrDue,
  deleted: () => null,
  failed: () => null,
};

function troubledOrDue(session: SessionRecord): number | null {
  const due = session.trouble?.notBefore ?? session.since;
  return earliest([due, phaseDeadline(session)]);
}

/** When its lease is over; null: it has none. */
export function leaseEnd({ launch }: SessionRecord): number | null {
  return launch?.leaseUntil ?? null;
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
