import type { Answer } from '@errand/contract';
import type { AgentRecord, OpenCount, PoolRecord } from '@errand/core';
import { isOnline } from './agent.ts';

export interface AroundPools {
  readonly agents: readonly AgentRecord[];
  readonly counts: readonly OpenCount[];
  readonly now: number;
}

/** A pool with what is going on in it. */
export function presentPool(pool: PoolRecord, { agents, counts, now }: AroundPools): Answer<'getPool'> {
  const { name, adminOnly, paused, limit, limitPerKey, lostAfterMs, env, sealedEnv, launch, createdAt } =
    pool;
  const mine = agents.filter((agent) => agent.pool === name && agent.revokedAt === null);
  const count = (queued: boolean): number =>
    counts
      .filter((each) => each.pool === name && (each.state === 'queued') === queued)
      .reduce((sum, each) => sum + each.count, 0);
  return {
    name,
    adminOnly,
    paused,
    limit,
    limitPerKey,
    lostAfterMs,
    env,
    secretEnv: Object.keys(sealedEnv),
    launch,
    queued: count(true),
    running: count(false),
    agents: mine.length,
    online: mine.filter((agent) => isOnline(agent, now)).length,
    createdAt: new Date(createdAt).toISOString(),
  };
}
