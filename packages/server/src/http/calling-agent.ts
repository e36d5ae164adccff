import { AGENT_INSTANCE_HEADER, type OperationId } from '@errand/contract/wire';
import type { AgentRecord } from '@errand/core';
import type { Services } from '../services.ts';
import { agentOfKey } from '../use-cases/agents/agent-key.ts';
import type { Call } from './call.ts';

type Caller = Pick<Call<OperationId>, 'actor' | 'headers'>;

/** The agent behind a call; refused where another program has its identity now. */
export async function callingAgent({ agentKeys, instances }: Services, call: Caller): Promise<AgentRecord> {
  const agent = await agentOfKey(agentKeys, call.actor.id);
  instances.check(agent.id, instanceOf(call));
  return agent;
}

/** null: an agent that does not say. */
export function instanceOf({ headers }: Caller): string | null {
  return headers.get(AGENT_INSTANCE_HEADER)?.slice(0, 100) ?? null;
}
