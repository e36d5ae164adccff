import { isSessionPool } from '@errand/core';
import type { Services } from '../../services.ts';
import { drainAgent, removeAgent, revokeAgent, unknownAgent } from '../../use-cases/agents/agent-life.ts';
import type { SomeHandlers } from '../call.ts';
import { presentAgent } from '../present/agent.ts';

type AgentLifeOperation =
  | 'listAgents'
  | 'getAgent'
  | 'drainAgent'
  | 'undrainAgent'
  | 'revokeAgent'
  | 'removeAgent';

/** What people do with agents. */
export function agentLifeHandlers(services: Services): SomeHandlers<AgentLifeOperation> {
  const { store, clock, agentLife } = services;
  const details = async (id: string) => {
    const agent = await store.agents.get(id);
    if (agent === null) throw unknownAgent(id);
    const [held, key] = await Promise.all([
      store.runs.heldBy(id),
      agent.keyId === null ? null : store.keys.get(agent.keyId),
    ]);
    return {
      ...presentAgent(agent, held.length, clock.now()),
      maxSlots: agent.maxSlots,
      joinedAt: dateOf(agent.createdAt),
      keySince: key === null ? null : dateOf(key.createdAt),
      revokedAt: agent.revokedAt === null ? null : dateOf(agent.revokedAt),
      duplicateSeenAt: dateOrNull(services.instances.duplicateSeenAt(id)),
    };
  };
  return {
    listAgents: async () => {
      const now = clock.now();
      const [known, counts] = await Promise.all([store.agents.list(null), store.runs.countHeld()]);
      const held = new Map(counts.map(({ agentId, count }) => [agentId, count]));
      // Those that came with a session belong to it, as its files do.
      const agents = known.filter(({ pool }) => !isSessionPool(pool));
      return { agents: agents.map((agent) => presentAgent(agent, held.get(agent.id) ?? 0, now)) };
    },
    getAgent: ({ input: { params } }) => details(params.id),
    drainAgent: async ({ input: { params } }) => {
      await drainAgent(agentLife, params.id, true);
      return await details(params.id);
    },
    undrainAgent: async ({ input: { params } }) => {
      await drainAgent(agentLife, params.id, false);
      return await details(params.id);
    },
    revokeAgent: async ({ input: { params } }) => {
      await revokeAgent(agentLife, params.id);
      return await details(params.id);
    },
    removeAgent: async ({ input: { params } }) => {
      await removeAgent(agentLife, params.id);
      return undefined;
    },
  };
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString();
}

function dateOrNull(ms: number | null): string | null {
  return ms === null ? null : dateOf(ms);
}
