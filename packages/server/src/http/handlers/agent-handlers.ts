import type { AppendPiece, PollAnswer } from '@errand/contract';
import { AGENT_INSTANCE_HEADER, FrameDecoder, type OperationId } from '@errand/contract/wire';
import { type AgentRecord, ErrandError, LIMITS } from '@errand/core';
import type { Services } from '../../services.ts';
import { agentOfKey, nextAgentKey } from '../../use-cases/agents/agent-key.ts';
import { appendLog } from '../../use-cases/agents/append-log.ts';
import { fetchInput } from '../../use-cases/agents/fetch-input.ts';
import { hostSessions } from '../../use-cases/agents/host-sessions.ts';
import { createJoinToken, joinAgent } from '../../use-cases/agents/join-agent.ts';
import { pollAgent } from '../../use-cases/agents/poll-agent.ts';
import { reportFact } from '../../use-cases/agents/report-fact.ts';
import { revoked, sayHello } from '../../use-cases/agents/say-hello.ts';
import type { Call, SomeHandlers } from '../call.ts';

type AgentOperation =
  | 'createJoinToken'
  | 'agentJoin'
  | 'agentHello'
  | 'agentKey'
  | 'agentPoll'
  | 'agentAppend'
  | 'agentReport'
  | 'agentSessions'
  | 'agentInput';

export function agentHandlers(services: Services): SomeHandlers<AgentOperation> {
  return { ...joining(services), ...serving(services) };
}

function joining(
  services: Services,
): SomeHandlers<'createJoinToken' | 'agentJoin' | 'agentHello' | 'agentKey'> {
  return {
    createJoinToken: async ({ input: { params, body } }) => {
      const wish = { lifeMs: body.expiresIn, labels: body.labels, maxSlots: body.maxSlots };
      const made = await createJoinToken(services.joining, params.name, wish);
      return { ...made, pool: params.name, expiresAt: new Date(made.expiresAt).toISOString() };
    },
    agentJoin: async ({ input: { body }, address }) => {
      const joined = await joinAgent(services.joining, body);
      await services.audit.done({ actor: null, action: 'agentJoin', target: joined.agentId, address });
      return joined;
    },
    agentHello: async (call) => {
      const agent = await agentOfKey(services.agentKeys, call.actor.id);
      services.instances.enter(agent.id, instanceOf(call));
      return await sayHello(services.hello, agent.id, call.input.body);
    },
    agentKey: async (call) => {
      const agent = await callerOf(services, call);
      if (agent.revokedAt !== null) throw revoked();
      await nextAgentKey(services.agentKeys, agent, call.input.body.hash);
      return undefined;
    },
  };
}

function serving(
  services: Services,
): SomeHandlers<'agentPoll' | 'agentAppend' | 'agentReport' | 'agentInput' | 'agentSessions'> {
  const known = (call: Caller): Promise<AgentRecord> => callerOf(services, call);
  return {
    agentPoll: async (call) => {
      const agent = await known(call);
      const gone = call.signal();
      const poll = (): Promise<PollAnswer> =>
        pollAgent(services.polling, { ...call.input.body, agentId: agent.id }, gone);
      return await services.instances.during(agent.id, gone, () =>
        services.connections.during(agent.id, gone, poll),
      );
    },
    agentAppend: async (call) => {
      const { params, query } = call.input;
      const agent = await known(call);
      if (agent.revokedAt !== null) return SUPERSEDED;
      const pieces = call.body === null ? [] : await piecesOf(call.body);
      return await appendLog(services.appending, agent.id, { runId: params.id, token: query.token, pieces });
    },
    agentSessions: async (call) => {
      const agent = await known(call);
      if (agent.revokedAt !== null) throw revoked();
      return await hostSessions(services.hosting, agent.id, { ...call.input.body, signal: call.signal() });
    },
    agentReport: async (call) => {
      const { params, body } = call.input;
      const agent = await known(call);
      if (agent.revokedAt !== null) return SUPERSEDED;
      return await reportFact(services.reporting, agent.id, { runId: params.id, ...body });
    },
    agentInput: async (call) => {
      const { params, query } = call.input;
      const agent = await known(call);
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

const SUPERSEDED = { kind: 'superseded' } as const;

type Caller = Pick<Call<OperationId>, 'actor' | 'headers'>;

/** The agent behind a call; refused where another program has its identity now. */
async function callerOf({ agentKeys, instances }: Services, call: Caller): Promise<AgentRecord> {
  const agent = await agentOfKey(agentKeys, call.actor.id);
  instances.check(agent.id, instanceOf(call));
  return agent;
}

/** null: an agent that does not say. */
function instanceOf({ headers }: Caller): string | null {
  return headers.get(AGENT_INSTANCE_HEADER)?.slice(0, 100) ?? null;
}

/** The pieces of one append. They are few and bounded, so they are gathered before they are stored. */
async function piecesOf(body: AsyncIterable<Uint8Array>): Promise<AppendPiece[]> {
  const decoder = new FrameDecoder();
  const pieces: AppendPiece[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > 2 * LIMITS.appendBytes)
      throw new ErrandError('too_large', 'send at most 4 MiB of log in one call');
    try {
      for (const frame of decoder.push(chunk)) if (frame.kind === 'data') pieces.push(frame);
    } catch (cause) {
      throw new ErrandError('invalid', 'the body is not made of frames of a log', { cause });
    }
  }
  if (!decoder.clean) throw new ErrandError('invalid', 'the body ends in the middle of a frame');
  return pieces;
}
