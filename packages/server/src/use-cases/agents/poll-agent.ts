import type { PollAnswer, PollRequest } from '@errand/contract';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';
import { AGENT_POLICY } from './policy.ts';
import { NOTHING, type PollAgentParts, WaitingPoll } from './waiting-poll.ts';

/** Renews what the agent holds and answers as soon as there is something to tell it, at the latest after `waitMs`. */
export async function pollAgent(
  parts: PollAgentParts,
  request: PollRequest,
  signal: AbortSignal,
): Promise<PollAnswer> {
  const poller = await parts.memory.poller(request.agentId);
  const { agent } = poller;
  const waiting = new WaitingPoll(parts, request, poller);
  const longest = request.held.length > 0 ? AGENT_POLICY.pollHeldMs : AGENT_POLICY.pollIdleMs;
  try {
    const answer = await waitFor(parts, {
      topics: [topics.pool(agent.pool), topics.agent(agent.id), topics.handed(agent.id)],
      look: (pulsed) => waiting.look(pulsed),
      waitMs: Math.min(request.waitMs, longest),
      signal,
    });
    return answer ?? NOTHING;
  } finally {
    waiting.end();
  }
}
