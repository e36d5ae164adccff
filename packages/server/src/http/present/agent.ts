import type { Answer } from '@errand/contract';
import { type AgentRecord, DEFAULTS, ownLabels } from '@errand/core';

/** An agent as lists show it. */
export function presentAgent(
  agent: AgentRecord,
  running: number,
  now: number,
): Answer<'listAgents'>['agents'][number] {
  const { id, name, pool, labels, slots, program, draining, revokedAt, lastSeenAt } = agent;
  return {
    id,
    name,
    pool,
    labels: { ...ownLabels(labels) },
    slots,
    running,
    program,
    online: isOnline(agent, now),
    draining,
    revoked: revokedAt !== null,
    lastSeenAt: new Date(lastSeenAt).toISOString(),
  };
}

/** Was it heard of within the time in which it must call? */
export function isOnline(
  { revokedAt, lastSeenAt }: Pick<AgentRecord, 'revokedAt' | 'lastSeenAt'>,
  now: number,
): boolean {
  return revokedAt === null && lastSeenAt > now - DEFAULTS.silentAfterMs - DEFAULTS.pollIdleMs;
}
