import {
  isFinalState,
  type JobFinish,
  type JobRecord,
  createSession as newSession,
  requestSession,
  type SessionIntent,
  type SessionRecord,
  type SessionSpec,
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
  if (session === null || way.isDone(session, keptUntil(job)))
    return await observe(parts, job.id, { kind: 'session_settled', attempt, now: parts.clock.now() });
  const until = keptUntil(job);
  const intent = way.intent({ by: `job ${job.name ?? job.id}`, now: parts.clock.now(), until });
  const changed = await changeSession(parts.sessions, sessionId, (present) =>
    requestSession(present, intent),
  );
  return changed?.step.kind === 'next' ? 'now' : LOOK_MS;
}

/** A kept session lives until then, however often that is asked for. */
function keptUntil(job: JobRecord): number {
  return (attemptOf(job).endedAt ?? job.since) + job.spec.finish.lifeMs;
}

interface Wish {
  readonly by: string;
  readonly now: number;
  readonly until: number;
}

interface Way {
  readonly isDone: (session: SessionRecord, until: number) => boolean;
  readonly intent: (wish: Wish) => SessionIntent;
}

/** Each intent is repeatable. */
const WAYS: Readonly<Record<JobFinish['kind'], Way>> = {
  delete: {
    isDone: ({ state }) => isFinalState(state),
    intent: ({ by, now }) => ({ kind: 'delete', by, now }),
  },
  stop: {
    isDone: ({ state, desired }) => isFinalState(state) || (state === 'stopped' && desired !== 'running'),
    intent: ({ by, now }) => ({ kind: 'stop', by, now }),
  },
  keep: {
    // Whatever has become of it meanwhile: nobody needs it any more.
    isDone: ({ state, endsAt }, until) => state !== 'ready' || endsAt === until,
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
  const about = {
    owner: job.owner,
    createdBy: job.id,
    name: null,
    tags: [job.id],
    template: null,
    subdomain: '',
  };
  const made = newSession({ ...about, id: ids.next('ses', now), spec: NOTHING }, now);
  const over: SessionRecord = { ...made, state: 'deleted', desired: 'deleted' };
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

const NOTHING: SessionSpec = {
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
