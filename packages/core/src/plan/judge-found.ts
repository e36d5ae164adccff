import type { Found } from '../ports/provider.ts';
import type { Handle, SessionRecord } from '../session/record.ts';
import { isFinalState } from '../vocabulary/session-state.ts';

/** known: as it should be. unsure: a launch whose answer is not there yet may have made it. The others are to be ended by the sweep. */
export interface FoundVerdict {
  readonly kind: 'known' | 'unsure' | 'orphan' | 'overdue' | 'woken';
  readonly sentence: string;
}

/** A dead man's switch may be this late before the sweep does its work; it looks at its lease every few seconds. */
const LATE_MS = 60_000;

/**
 * What to think of something at a provider, beside the record of its session as it was read after the list. Its own lease counts before
 * any record: the sweep is there for the day when the records are wrong.
 */
export function judgeFound(found: Found, session: SessionRecord | null, now: number): FoundVerdict {
  if (found.leaseLeftMs !== null && found.leaseLeftMs < -LATE_MS)
    return { kind: 'overdue', sentence: 'It has outlived its lease; the switch beside it did not end it.' };
  if (session === null) return { kind: 'orphan', sentence: 'No session of this id is known.' };
  if (isFinalState(session.state))
    return { kind: 'orphan', sentence: `Its session is ${session.state}, but it is still there.` };
  if (isSame(session.launch?.handle, found.handle)) return KNOWN;
  if (isSame(session.kept, found.handle)) return judgeKept(found, session, now);
  if (session.launch !== null && session.launch.handle === null)
    return { kind: 'unsure', sentence: 'The provider was asked for it; its answer is not there yet.' };
  return { kind: 'orphan', sentence: 'Its session goes on without it.' };
}

const KNOWN: FoundVerdict = { kind: 'known', sentence: 'As it should be.' };

function judgeKept(found: Found, { state, since }: SessionRecord, now: number): FoundVerdict {
  // The list may be older than the stop.
  const awake = found.state === 'running' && state === 'stopped' && now - since > LATE_MS;
  return awake ? { kind: 'woken', sentence: 'Its session is stopped, but it runs.' } : KNOWN;
}

/** Handles went through JSON, so their text is their identity. */
function isSame(one: Handle | null | undefined, other: Handle): boolean {
  return one != null && textOf(one) === textOf(other);
}

function textOf({ v, data }: Handle): string {
  return JSON.stringify([v, Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
