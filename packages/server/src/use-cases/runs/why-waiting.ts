import { type AgentStore, type Clock, DEFAULTS, type RunRecord, type RunStore } from '@errand/core';

export interface WhyWaitingParts {
  readonly agents: Pick<AgentStore, 'list'>;
  readonly runs: Pick<RunStore, 'countOpen'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Why a queued run is not served, in a sentence that says what would help. */
export async function whyWaiting(parts: WhyWaitingParts, run: RunRecord): Promise<string> {
  const now = parts.clock.now();
  if (run.notBefore > now)
    return `It waits for the back-off of its retry until ${new Date(run.notBefore).toISOString()}.`;
  const agents = (await parts.agents.list(run.pool)).filter(
    ({ id }) => run.agentId === null || run.agentId === id,
  );
  const whom = run.agentId === null ? `the pool ${run.pool}` : `the agent ${run.agentId}`;
  if (agents.length === 0)
    return `No agent of ${whom} has ever joined; errand pool token ${run.pool} makes a token for one.`;
  const heardSince = now - DEFAULTS.silentAfterMs - DEFAULTS.pollIdleMs;
  const online = agents.filter(({ lastSeenAt }) => lastSeenAt >= heardSince);
  if (online.length === 0)
    return `No agent of ${whom} is online; errand agent ls shows when each was last heard.`;
  const slots = online.reduce((sum, agent) => sum + agent.slots, 0);
  const counts = (await parts.runs.countOpen()).filter(({ pool }) => pool === run.pool);
  const busy = counts.filter(({ state }) => state !== 'queued').reduce((sum, each) => sum + each.count, 0);
  const queued = counts.find(({ state }) => state === 'queued')?.count ?? 0;
  if (busy < slots) return 'An agent will take it in a moment.';
  return `All ${slots} slots of the pool ${run.pool} are busy; ${queued} runs are queued.`;
}
