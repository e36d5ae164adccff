import { DEFAULTS, ErrandError, type JobFilter, type JobRecord, jobStatusOf, mayTouch } from '@errand/core';
import type { Services } from '../../services.ts';
import type { Actor } from '../../use-cases/actor.ts';
import { askJob } from '../../use-cases/jobs/ask-job.ts';
import { checkDocument } from '../../use-cases/jobs/check-document.ts';
import { awaitJob, followJob, seeJob } from '../../use-cases/jobs/see-job.ts';
import { submitJob } from '../../use-cases/jobs/submit-job.ts';
import type { SomeHandlers } from '../call.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { idempotencyKeyOf } from '../idempotency-key.ts';
import { presentJob } from '../present/job.ts';

type LookOperation = 'getJob' | 'listJobs' | 'jobEvents';

export function jobHandlers({
  jobs,
}: Pick<Services, 'jobs'>): SomeHandlers<LookOperation | 'createJob' | 'checkJob' | 'cancelJob'> {
  return {
    createJob: async ({ actor, input: { body }, headers }) => {
      const idempotencyKey = idempotencyKeyOf(headers);
      return whole(await submitJob(jobs, actor, { document: body, idempotencyKey }));
    },
    checkJob: async ({ actor, input: { body } }) => await checkDocument(jobs, actor, body),
    cancelJob: async ({ actor, input: { params } }) => {
      const intent = { kind: 'cancel', by: actor.name, now: jobs.clock.now() } as const;
      return whole(await askJob(jobs, { actor, word: params.id }, intent));
    },
    ...lookHandlers(jobs),
  };
}

function lookHandlers(jobs: Services['jobs']): SomeHandlers<LookOperation> {
  return {
    getJob: async ({ actor, input: { params, query }, signal }) => {
      if (query.wait === undefined) return whole(await seeJob(jobs, actor, params.id));
      const waiting = { waitMs: Math.min(query.wait, DEFAULTS.waitMaxMs), signal: signal() };
      return whole(await awaitJob(jobs, { actor, word: params.id }, waiting));
    },
    jobEvents: async ({ actor, input: { params, query }, signal }) => {
      const waiting = { waitMs: Math.min(query.wait ?? 0, DEFAULTS.waitMaxMs), signal: signal() };
      const asked = { actor, word: params.id, after: query.after };
      const { job, events } = await followJob(jobs, asked, waiting);
      return {
        events: events.map(({ at, ...event }) => ({ ...event, at: new Date(at).toISOString() })),
        status: jobStatusOf(job),
        ended: job.state === 'finished',
      };
    },
    listJobs: async ({ actor, input: { query } }) => {
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
      const { limit } = query;
      const found = await jobs.jobs.list(filterOf(actor, query), { limit, after });
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        jobs: found.map((job) => presentJob(job, { withDocument: false })),
        nextCursor: last === undefined ? null : encodeCursor(last),
      };
    },
  };
}

function whole(job: JobRecord) {
  return presentJob(job, { withDocument: true });
}

interface ListQuery {
  readonly status?: JobFilter['status'] | undefined;
  readonly owner?: string | undefined;
  readonly name?: string | undefined;
}

function filterOf(actor: Actor, { status, owner, name }: ListQuery): JobFilter {
  const scope = owner ?? (actor.role === 'admin' ? undefined : actor.owner);
  // Viewers see what they may not touch, so their own scope is asked for as that of a member.
  if (scope !== undefined && actor.role !== 'admin' && !mayTouch({ ...actor, role: 'member' }, scope))
    throw new ErrandError('invalid', `this key sees the jobs of ${actor.owner} only`);
  return {
    ...(scope === undefined ? {} : { ownerScope: scope }),
    ...(status === undefined ? {} : { status }),
    ...(name === undefined ? {} : { name }),
  };
}
