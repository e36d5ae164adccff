import { createHash } from 'node:crypto';
import type { GroupCreate } from '@errand/contract';
import {
  type AgentRecord,
  ErrandError,
  type GroupRecord,
  type GroupStore,
  hasLabels,
  type Labels,
  LIMITS,
} from '@errand/core';
import type { Actor } from '../actor.ts';
import { announce } from '../runs/change-run.ts';
import { LOCAL_POOL, poolOf } from '../runs/run-place.ts';
import { newRun, ownerOf, type SubmitRunParts, scriptedRun, withInput } from '../runs/submit-run.ts';

export interface SubmitGroupParts extends SubmitRunParts {
  readonly groups: Pick<GroupStore, 'insert' | 'get'>;
}

export interface GroupSubmission {
  readonly request: GroupCreate;
  readonly idempotencyKey: string | null;
}

/** Makes one run for each agent of the pool that has the labels, or returns the group that the same Idempotency-Key made before. */
export async function submitGroup(
  parts: SubmitGroupParts,
  actor: Actor,
  { request, idempotencyKey }: GroupSubmission,
): Promise<GroupRecord> {
  checkFits(request);
  const scripted = await scriptedRun(parts, actor, request.run);
  const pool = await poolOf(parts.agents, actor, request.run.pool ?? scripted?.pool ?? LOCAL_POOL);
  const labels = { ...request.run.labels, ...scripted?.labels };
  const agents = agentsFor(pool.name, await parts.agents.list(pool.name), labels);
  const group = newGroup(parts, actor, { request, pool: pool.name });
  const { id, atOnce, maxFailures } = group;
  const place = { id, atOnce, maxFailures };
  const runs = await Promise.all(
    agents.map((agent) => {
      const where = { pool, agentId: agent.id, group: place, target: null, now: group.createdAt };
      return withInput(parts, request.run, newRun(parts, { actor, request: request.run, scripted }, where));
    }),
  );
  const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  const idempotency = idempotencyKey === null ? null : { key: idempotencyKey, fingerprint };
  const inserted = await parts.groups.insert(group, runs, idempotency);
  if (inserted.kind === 'inserted') {
    const actions = [{ kind: 'serve_pool', pool: pool.name }] as const;
    for (const [index, run] of runs.entries())
      announce(parts.notifier, { kind: 'next', run, actions: index === 0 ? actions : [] });
    return group;
  }
  if (inserted.fingerprint !== fingerprint)
    throw new ErrandError(
      'conflict',
      'this Idempotency-Key was used for another request; use a new one for a new group',
    );
  const earlier = await parts.groups.get(inserted.groupId);
  if (earlier === null)
    throw new ErrandError('gone', 'the group that this Idempotency-Key made is no longer kept');
  return earlier;
}

function newGroup(
  parts: SubmitGroupParts,
  actor: Actor,
  { request, pool }: { readonly request: GroupCreate; readonly pool: string },
): GroupRecord {
  const now = parts.clock.now();
  return {
    id: parts.ids.next('group', now),
    version: 1,
    owner: ownerOf(actor, request.run),
    createdBy: actor.id,
    name: request.run.name ?? null,
    pool,
    labels: request.run.labels,
    createdAt: now,
    atOnce: request.atOnce ?? null,
    maxFailures: request.maxFailures ?? null,
    cancel: null,
    open: true,
  };
}

/** What makes sense for one run only. */
function checkFits({ run }: GroupCreate): void {
  if (run.agent !== undefined)
    throw misfit('agent', 'a group goes to every agent; leave out the one, or use labels');
  if (run.session !== undefined)
    throw misfit('session', 'a group goes to the agents of a pool; leave it out');
  if (run.caller) throw misfit('caller', 'a command line cannot start the runs of a group itself');
  if (run.tty !== undefined) throw misfit('tty', 'the runs of a group have no terminal');
  if (run.stdin === 'stream')
    throw misfit('stdin', 'the runs of a group cannot read one stream; give their input with the request');
}

function misfit(field: string, what: string): ErrandError {
  return new ErrandError('invalid', what, { details: { field: `run.${field}` } });
}

function agentsFor(pool: string, all: readonly AgentRecord[], labels: Labels): readonly AgentRecord[] {
  const serving = all.filter(({ revokedAt, draining }) => revokedAt === null && !draining);
  const fitting = serving.filter((agent) => hasLabels(agent.labels, labels));
  if (fitting.length === 0) throw nobody(pool, serving.length, labels);
  if (fitting.length <= LIMITS.groupRuns) return fitting;
  const most = `a group has at most ${LIMITS.groupRuns} runs`;
  throw new ErrandError(
    'invalid',
    `${most}, and ${fitting.length} agents would get one; choose fewer by labels`,
  );
}

function nobody(pool: string, serving: number, labels: Labels): ErrandError {
  const field = { details: { field: 'run.pool' } };
  if (serving === 0) {
    const how = `errand pool token ${pool} makes a token with which one joins`;
    return new ErrandError('invalid', `the pool ${pool} has no agent that takes runs; ${how}`, field);
  }
  const wanted = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const what = `no agent of the pool ${pool} has the labels ${wanted.join(' ')}`;
  return new ErrandError('invalid', `${what}; errand agent ls shows what they have`, field);
}
