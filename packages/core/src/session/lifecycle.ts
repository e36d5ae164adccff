/**
 * The life of a session: `requested -> creating -> starting -> ready -> stopping -> stopped`, `-> deleting -> deleted`, or `failed`.
 *
 * Two verbs make every next record: `request` (what somebody wants; it sets `desired`) and `observe` (what a provider, a health check or a
 * clock reports). Both look the event up in one table per state, so a state without an answer to an event does not compile. Facts may come
 * repeated, late and out of order, and about a launch that the session has gone on without: an answer is `next` (a new record), `same`
 * (nothing changes) or `refused` (a wish that cannot be granted).
 *
 * Whatever was asked of a provider is in the record before it is asked: a launch by its key, then by its handle. So a session leaves
 * `creating`, `stopping` and `deleting` only when nothing that the record knows of can be alive any more, or all of it is wanted.
 */
import { LIMITS } from '../vocabulary/limits.ts';
import type { SessionState } from '../vocabulary/session-state.ts';
import type { SessionEvent, SessionRecord } from './record.ts';

export type SessionStep =
  | { readonly kind: 'next'; readonly session: SessionRecord }
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly why: string };

/** One answer per state; a gap does not compile. */
export type BySessionState<Event> = {
  readonly [State in SessionState]: (session: SessionRecord, event: Event) => SessionStep;
};

export const SAME: SessionStep = { kind: 'same' };

export function same(): SessionStep {
  return SAME;
}

/** The next record, one version on. */
export function next(session: SessionRecord, change: Partial<SessionRecord>): SessionStep {
  return { kind: 'next', session: { ...session, ...change, version: session.version + 1 } };
}

/** The record in another state from `now` on, with an event that says so. */
export function move(
  session: SessionRecord,
  state: SessionState,
  { now, text, ...change }: Partial<SessionRecord> & { readonly now: number; readonly text: string },
): SessionStep {
  const moved = { ...session, ...change, state, since: now, trouble: null };
  return next(moved, { events: told(session, { at: now, kind: state, text }) });
}

/** The events with one more; progress replaces the progress before it, so that a download does not push out what led to it. */
export function told(
  { events }: Pick<SessionRecord, 'events'>,
  event: Omit<SessionEvent, 'seq'>,
): readonly SessionEvent[] {
  const last = events.at(-1);
  const seq = (last?.seq ?? 0) + 1;
  const before = event.kind === 'progress' && last?.kind === 'progress' ? events.slice(0, -1) : events;
  return [...before, { seq, ...event }].slice(-LIMITS.sessionEvents);
}
