import type { PollAnswer, PollRequest } from '@errand/contract';
import type { AgentRecord } from '@errand/core';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';
import { AGENT_POLICY } from './policy.ts';
import { revoked } from './say-hello.ts';
import { NOTHING, type PollAgentParts, WaitingPoll } from './waiting-poll.ts';

/** Renews what the agent holds and answers as soon as there is something to tell it, at the latest after `waitMs`. */
export async function pollAgent(
  parts: PollAgentParts,
  request: PollRequest,
  signal: AbortSignal,
): Promise<PollAnswer> {
  const poller = await parts.memory.poller(request.agentId);
  const { agent } = poller;
  if (agent.revokedAt !== null) return endAll(request);
  const waiting = new WaitingPoll(parts, { ...request, free: grantedFree(agent, request) }, poller);
  const longest = request.held.length > 0 ? AGENT_POLICY.pollHeldMs : AGENT_POLICY.pollIdleMs;
  try {
    const answer = await waitFor(parts, {
      topics: [
        topics.pool(agent.pool),
        topics.agent(agent.id),
        topics.handed(agent.id),
        topics.agentLife(agent.id),
      ],
      // What it may do has changed: its next poll meets the new record.
      look: async (pulsed) =>
        pulsed?.has(topics.agentLife(agent.id)) === true ? NOTHING : await waiting.look(pulsed),
      waitMs: Math.min(request.waitMs, longest),
      lookAgainMs: parts.memory.lookAgainMs(),
      signal,
    });
    const { draining } = (await parts.memory.poller(agent.id)).agent;
    return draining ? { ...(answer ?? NOTHING), notice: DRAINS } : (answer ?? NOTHING);
  } finally {
    waiting.end();
  }
}

const DRAINS = 'it drains: it finishes what it has and takes nothing new, until errand agent undrain';

/** How many more runs it may get: not more than it asks for, and within the limit of its join token. */
function grantedFree({ draining, maxSlots }: AgentRecord, { free, held }: PollRequest): number {
  if (draining) return 0;
  return maxSlots === null ? free : Math.min(free, Math.max(0, maxSlots - held.length));
}

/** A revoked agent is told to end its trees; once it holds nothing, there is nothing to say to it any more. */
function endAll({ held }: PollRequest): PollAnswer {
  if (held.length === 0) throw revoked();
  return { ...NOTHING, superseded: held.map(({ runId, token }) => ({ runId, token })) };
}
