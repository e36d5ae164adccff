import type { PollAnswer } from '@errand/contract';
import { isSessionPool } from '@errand/core';
import type { Services } from '../../services.ts';
import { agentOfKey, nextAgentKey } from '../../use-cases/agents/agent-key.ts';
import { removeAgent } from '../../use-cases/agents/agent-life.ts';
import { fetchInput } from '../../use-cases/agents/fetch-input.ts';
import { hostSessions } from '../../use-cases/agents/host-sessions.ts';
import { createJoinToken, joinAgent } from '../../use-cases/agents/join-agent.ts';
import { pollAgent } from '../../use-cases/agents/poll-agent.ts';
import { reportFact } from '../../use-cases/agents/report-fact.ts';
import { revoked, sayHello } from '../../use-cases/agents/say-hello.ts';
import { SessionAgents } from '../../use-cases/sessions/session-agents.ts';
import type { SomeHandlers } from '../call.ts';
import { callingAgent, instanceOf } from '../calling-agent.ts';

type AgentOperation =
  | 'createJoinToken'
  | 'agentJoin'
  | 'agentHello'
  | 'agentKey'
  | 'agentLeave'
  | 'agentPoll'
  | 'agentReport'
  | 'agentSessions'
  | 'agentInput';

export function agentHandlers(services: Services): SomeHandlers<AgentOperation> {
  return { ...joining(services), ...serving(services) };
}

function joining(
  services: Services,
): SomeHandlers<'createJoinToken' | 'agentJoin' | 'agentHello' | 'agentKey' | 'agentLeave'> {
  return {
    createJoinToken: async ({ input: { params, body } }) => {
      const wish = { lifeMs: body.expiresIn, labels: body.labels, maxSlots: body.maxSlots };
      const made = await createJoinToken(services.joining, params.name, wish);
      return { ...made, pool: params.name, expiresAt: new Date(made.expiresAt).toISOString() };
    },
    agentJoin: async ({ input: { body }, address }) => {
      const joined = SessionAgents.isToken(body.token)
        ? await services.sessionAgents.join(body)
        : await joinAgent(services.joining, body);
      await services.audit.done({ actor: null, action: 'agentJoin', target: joined.agentId, address });
      return joined;
    },
    agentHello: async (call) => {
      const agent = await agentOfKey(services.agentKeys, call.actor.id);
      services.instances.enter(agent.id, instanceOf(call));
      return await sayHello(services.hello, agent.id, call.input.body);
    },
    agentKey: async (call) => {
      const agent = await callingAgent(services, call);
      if (agent.revokedAt !== null) throw revoked();
      await nextAgentKey(services.agentKeys, agent, call.input.body.hash);
      return undefined;
    },
    agentLeave: async (call) => {
      const agent = await callingAgent(services, call);
      if (isSessionPool(agent.pool)) await services.sessionAgents.leave(agent);
      else await removeAgent(services.agentLife, agent.id);
      return undefined;
    },
  };
}

function serving(
  services: Services,
): SomeHandlers<'agentPoll' | 'agentReport' | 'agentInput' | 'agentSessions'> {
  return {
    agentPoll: async (call) => {
      const agent = await callingAgent(services, call);
      const gone = call.signal();
      const poll = (): Promise<PollAnswer> =>
        pollAgent(services.polling, { ...call.input.body, agentId: agent.id }, gone);
      return await services.instances.during(agent.id, gone, () =>
        services.connections.during(agent.id, gone, poll),
      );
    },
    agentSessions: async (call) => {
      const agent = await callingAgent(services, call);
      if (agent.revokedAt !== null) throw revoked();
      return await hostSessions(services.hosting, agent.id, { ...call.input.body, signal: call.signal() });
    },
    agentReport: async (call) => {
      const { params, body } = call.input;
      const agent = await callingAgent(services, call);
      if (agent.revokedAt !== null) return { kind: 'superseded' };
      return await reportFact(services.reporting, agent.id, { runId: params.id, ...body });
    },
    agentInput: async (call) => {
      const { params, query } = call.input;
      const agent = await callingAgent(services, call);
      if (agent.revokedAt !== null) throw revoked();
      const { bytes, ended } = await fetchInput(
        services.fetching,
        { agentId: agent.id, signal: call.signal() },
        { runId: params.id, ...query },
      );
      return new Response(new Uint8Array(bytes), { headers: { 'errand-input-ended': ended ? '1' : '0' } });
    },
  };
}
