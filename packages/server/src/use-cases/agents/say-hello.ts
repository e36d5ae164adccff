import type { HelloAnswer, HelloRequest } from '@errand/contract';
import { type AgentRecord, type AgentStore, type Clock, ErrandError } from '@errand/core';
import { AGENT_POLICY, PROTOCOL } from './policy.ts';

export interface SayHelloParts {
  readonly agents: Pick<AgentStore, 'get' | 'put'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** An agent presents itself, at each of its starts and after each new version. Repeatable. */
export async function sayHello(
  parts: SayHelloParts,
  agentId: string,
  request: HelloRequest,
): Promise<HelloAnswer> {
  if (request.protocol !== PROTOCOL) throw wrongProtocol(request.protocol);
  const agent = await parts.agents.get(agentId);
  if (agent === null)
    throw new ErrandError('unauthenticated', 'this agent is not known; let it join again with a new token');
  await parts.agents.put(presented(agent, request, parts.clock.now()));
  return { agentId, pool: agent.pool, policy: AGENT_POLICY };
}

function presented(
  agent: AgentRecord,
  { name, labels, slots, program }: HelloRequest,
  now: number,
): AgentRecord {
  return { ...agent, version: agent.version + 1, name, labels, slots, program, lastSeenAt: now };
}

function wrongProtocol(theirs: number): ErrandError {
  const older =
    theirs < PROTOCOL ? 'the agent is too old; update it' : 'the control plane is too old; update it';
  const numbers = `the agent speaks protocol ${theirs}, the control plane ${PROTOCOL}`;
  return new ErrandError('conflict', `${older}: ${numbers}`, { details: { protocol: PROTOCOL } });
}
