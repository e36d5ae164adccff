import {
  isFinalState,
  type JobFinish,
  type JobRecord,
  neverAsked,
  requestSession,
  type SessionIntent,
  type SessionRecord,
} from '@errand/core';
import { type JobParts, sessionKey } from '../../use-cases/jobs/job-parts.ts';
import { changeSession } from '../../use-cases/sessions/change-session.ts';
import { type Again, attemptOf, LOOK_MS, observe } from './job-task.ts';

/** Ends the session of an attempt as the attempt's end wants it, and waits until its provider confirms that. */
export async function tearDown(parts: JobParts, job: JobRecord): Promise<Again> {
  const { number: attempt, sessionId, ending } = attemptOf(job);
  if (sessionId === null) return await closeKey(parts, job);
  const session = await parts.sessions.sessions.get(sessionId);
  const way = WAYS[ending ?? 'delete'];
  if (session === null || way.isDone(session, wishOf(job)))
    return await observe(parts, job.id, { kind: 'session_settled', attempt, now: parts.clock.now() });
  const by = `job ${job.name ?? job.id}`;
  const intent = way.intent({ ...wishOf(job), by, now: parts.clock.now() });
  const changed = await changeSession(parts.sessions, sessionId, (present) =>
    requestSession(present, intent),
  );
  return changed?.step.kind === 'next' ? 'now' : LOOK_MS;
}

/** The same however often it is asked for. */
function wishOf(job: JobRecord): Wish {
  const { lifeMs, deleteVolumes = false } = job.spec.finish;
  return { until: (attemptOf(job).endedAt ?? job.since) + lifeMs, deleteVolumes };
}

interface Wish {
  /** A kept session lives until then. */
  readonly until: number;
  /** What a stopped session keeps on disk goes. */
  readonly deleteVolumes: boolean;
}

interface Way {
  readonly isDone: (session: SessionRecord, wish: Wish) => boolean;
  readonly intent: (wish: Wish & { readonly by: string; readonly now: number }) => SessionIntent;
}

/** Each intent is repeatable. */
const WAYS: Readonly<Record<JobFinish['kind'], Way>> = {
  delete: {
    isDone: ({ state }) => isFinalState(state),
    intent: ({ by, now }) => ({ kind: 'delete', by, now }),
  },
  stop: {
    isDone: ({ state, desired, kept, dropsVolumes = false }, { deleteVolumes }) => {
      if (isFinalState(state)) return true;
      return (
        state === 'stopped' && desired !== 'running' && (!deleteVolumes || dropsVolumes || kept === null)
      );
    },
    intent: ({ by, now, deleteVolumes }) => ({ kind: 'stop', by, now, deleteVolumes }),
  },
  keep: {
    // Whatever has become of it meanwhile: nobody needs it any more.
    isDone: ({ state, endsAt }, { until }) => state !== 'ready' || endsAt === until,
    intent: ({ by, now, until }) => ({ kind: 'limit', until, by, now }),
  },
};

/**
 * Nobody knows whether a session was asked for under the key of this attempt. A record of one that is over takes the key: either it is added, and no
 * other can ever be made under it, or there is one, which is then torn down.
 */
async function closeKey(parts: JobParts, job: JobRecord): Promise<Again> {
  const { number: attempt } = attemptOf(job);
  const now = parts.clock.now();
  const { sessions, ids } = parts.sessions;
  const about = { owner: job.owner, createdBy: job.id, tags: [job.id] };
  const over = neverAsked({ ...about, id: ids.next('ses', now) }, now);
  const inserted = await sessions.insert(over, {
    idempotency: { key: sessionKey(attempt), fingerprint: '' },
    quotas: [],
  });
  if (inserted.kind === 'repeated')
    return await observe(parts, job.id, {
      kind: 'session_made',
      attempt,
      sessionId: inserted.sessionId,
      now,
    });
  return await observe(parts, job.id, { kind: 'session_settled', attempt, now });
}
