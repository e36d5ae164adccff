import {
  type AgentStore,
  ErrandError,
  isSessionPool,
  newPool,
  type PoolRecord,
  type RunSpec,
  type SessionRecord,
} from '@errand/core';
import { type Actor, checkTouches } from '../actor.ts';
import { type SeeSessionParts, seeSession } from './see-session.ts';

/** Where a run goes whose target is a session, and what it gets from there. */
export interface SessionTarget {
  readonly sessionId: string;
  readonly owner: string;
  readonly pool: PoolRecord;
  readonly agentId: string;
  readonly env: RunSpec['env'];
  readonly sealedEnv: RunSpec['sealedEnv'];
}

export interface SessionTargetParts extends SeeSessionParts {
  readonly agents: Pick<AgentStore, 'pool'>;
}

/** The target of a session by id, name or subdomain. Throws `conflict` where nothing can run in it now, with what would help. */
export async function sessionTarget(
  parts: SessionTargetParts,
  actor: Actor,
  word: string,
): Promise<SessionTarget> {
  const session = await seeSession(parts, actor, word);
  checkTouches(actor, session.owner, 'session');
  if (session.state !== 'ready') throw new ErrandError('conflict', notReady(session));
  return await targetOf(parts, session);
}

/** The target of a session whose compute runs, ready or not. */
export async function targetOf(
  { agents }: Pick<SessionTargetParts, 'agents'>,
  { id, owner, agent, spec }: SessionRecord,
): Promise<SessionTarget> {
  const pool = agent === null ? null : await poolOf(agents, agent.pool);
  if (agent === null || pool === null)
    throw new ErrandError('conflict', `commands cannot run in sessions of the provider ${spec.provider}`);
  const { env, sealedEnv } = spec;
  return { sessionId: id, owner, pool, agentId: agent.id, env, sealedEnv };
}

/** The queue of a session whose agent came with it is nowhere written down: nobody can set anything about it. */
async function poolOf(agents: SessionTargetParts['agents'], name: string): Promise<PoolRecord | null> {
  return isSessionPool(name) ? newPool({ name, createdAt: 0, adminOnly: false }) : await agents.pool(name);
}

function notReady({ id, state, desired }: SessionRecord): string {
  const help: Partial<Record<SessionRecord['state'], string>> = {
    requested: `errand session show ${id} tells when it is ready`,
    creating: `errand session show ${id} tells when it is ready`,
    starting: `errand session show ${id} tells when it is ready`,
    stopping: `errand session start ${id} starts it again`,
    stopped: `errand session start ${id} starts it`,
  };
  const what = desired === 'running' ? `is not ready yet (${state})` : `is ${state}`;
  return `the session ${what}; ${help[state] ?? 'create another one'}`;
}
