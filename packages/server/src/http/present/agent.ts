import type { Answer } from '@errand/contract';
import { type AgentRecord, DEFAULTS, ownLabels } from '@errand/core';

/** An agent as lists show it. */
export function presentAgent(agent: AgentRecord, now: number): Answer<'listAgents'>['agents'][number] {
  const { id, name, pool, labels, slots, program, draining, revokedAt, lastSeenAt } = agent;
  const silentSince = now - DEFAULTS.silentAfterMs - DEFAULTS.pollIdleMs;
  return {
    id,
    name,
    pool,
    labels: { ...ownLabels(labels) },
    slots,
    program,
    online: revokedAt === null && lastSeenAt > silentSince,
    draining,
    revoked: revokedAt !== null,
    lastSeenAt: new Date(lastSeenAt).toISOString(),
  };
}
