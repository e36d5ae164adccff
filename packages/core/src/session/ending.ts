import { describeSessionReason, type SessionReason } from '../vocabulary/session-reason.ts';
import type { DesiredState } from '../vocabulary/session-state.ts';
import { move, type SessionStep } from './lifecycle.ts';
import type { Handle, SessionRecord } from './record.ts';

export interface EndCause {
  readonly reason: SessionReason;
  readonly now: number;
}

/** Ends what runs and keeps the rest, for a start to come. */
export function beginStop(session: SessionRecord, cause: EndCause): SessionStep {
  return begin(session, 'stopped', cause);
}

/** Ends all of it. Where the provider was never asked for anything there is nothing to end. */
export function beginDelete(session: SessionRecord, cause: EndCause): SessionStep {
  if (!mayExist(session)) return finish(session, 'deleted', cause);
  return begin(session, 'deleted', cause);
}

/** A start did not succeed: all that it made is rolled back. A session that was ready before keeps what it had then. */
export function fail(session: SessionRecord, cause: EndCause): SessionStep {
  const failed = { ...session, failure: { reason: cause.reason, at: cause.now } };
  return session.firstReadyAt === null ? beginDelete(failed, cause) : beginStop(failed, cause);
}

/** It was ready and something ended it. */
export function lose(session: SessionRecord, cause: EndCause): SessionStep {
  return beginStop({ ...session, failure: { reason: cause.reason, at: cause.now } }, cause);
}

/** Nothing of it runs; `kept` is what the provider keeps for the next start. */
export function settleStopped(session: SessionRecord, kept: Handle | null, now: number): SessionStep {
  const stopped = { ...NOTHING_RUNS, launch: null, kept };
  if (session.desired === 'running')
    return move(session, 'requested', { ...stopped, now, text: 'Stopped; it is started again.' });
  const what = session.dropsVolumes === true ? 'Stopped; its volumes are deleted.' : 'Stopped.';
  return move(session, 'stopped', { ...stopped, now, text: endSentence(session, what) });
}

/** The provider confirms that nothing is left. */
export function settleDeleted(session: SessionRecord, now: number): SessionStep {
  const reason = session.ending?.reason ?? { kind: 'machine_gone' };
  return finish(session, session.failure !== null && session.firstReadyAt === null ? 'failed' : 'deleted', {
    reason,
    now,
  });
}

/** May the provider have anything of this session? */
export function mayExist({ launch, kept }: SessionRecord): boolean {
  return launch !== null || kept !== null;
}

const NOTHING_RUNS = { ports: [], agent: null, readyAt: null, endsAt: null } as const;

function begin(
  session: SessionRecord,
  desired: Exclude<DesiredState, 'running'>,
  { reason, now }: EndCause,
): SessionStep {
  const state = desired === 'stopped' ? 'stopping' : 'deleting';
  const { sentence } = describeSessionReason(reason);
  return move(session, state, { desired, ending: { reason, at: now }, now, text: sentence });
}

function finish(session: SessionRecord, state: 'deleted' | 'failed', { reason, now }: EndCause): SessionStep {
  const nothing = { ...NOTHING_RUNS, launch: null, kept: null, hold: null };
  const ending = session.ending ?? { reason, at: now };
  const text = endSentence({ ...session, ending }, 'Nothing of it is left.');
  return move(session, state, { ...nothing, desired: 'deleted', ending, now, text });
}

function endSentence({ ending }: SessionRecord, what: string): string {
  return ending === null ? what : `${what} ${describeSessionReason(ending.reason).sentence}`;
}
