import type { AppendPiece } from '@errand/contract';
import { FrameDecoder } from '@errand/contract/wire';
import { type AgentRecord, DEFAULTS, ErrandError, LIMITS } from '@errand/core';
import type { Services } from '../../services.ts';
import type { Actor } from '../../use-cases/actor.ts';
import { appendLog } from '../../use-cases/agents/append-log.ts';
import { fetchInput } from '../../use-cases/agents/fetch-input.ts';
import { createJoinToken, joinAgent } from '../../use-cases/agents/join-agent.ts';
import { pollAgent } from '../../use-cases/agents/poll-agent.ts';
import { reportFact } from '../../use-cases/agents/report-fact.ts';
import { sayHello } from '../../use-cases/agents/say-hello.ts';
import type { SomeHandlers } from '../call.ts';

type AgentOperation =
  | 'listPools'
  | 'listAgents'
  | 'createJoinToken'
  | 'agentJoin'
  | 'agentHello'
  | 'agentPoll'
  | 'agentAppend'
  | 'agentReport'
  | 'agentInput';

export function agentHandlers(services: Services): SomeHandlers<AgentOperation> {
  const { agents } = services.store;
  return {
    ...lists(services),
    createJoinToken: async ({ input: { params, body } }) => {
      const made = await createJoinToken(services.joining, params.name, body.expiresIn);
      return { ...made, pool: params.name, expiresAt: new Date(made.expiresAt).toISOString() };
    },
    agentJoin: async ({ input: { body } }) => await joinAgent(services.joining, body.token, body.name),
    agentHello: async ({ actor, input }) => {
      const agent = await agentOf(agents, actor);
      return await sayHello(services.hello, agent.id, input.body);
    },
    agentPoll: async ({ actor, input: { body }, signal }) => {
      const agent = await agentOf(agents, actor);
      const gone = signal();
      return await services.connections.during(agent.id, gone, () =>
        pollAgent(services.polling, { ...body, agentId: agent.id }, gone),
      );
    },
    agentAppend: async ({ actor, input: { params, query }, body }) => {
      const agent = await agentOf(agents, actor);
      const pieces = body === null ? [] : await piecesOf(body);
      return await appendLog(services.appending, agent.id, { runId: params.id, token: query.token, pieces });
    },
    agentReport: async ({ actor, input: { params, body } }) => {
      const agent = await agentOf(agents, actor);
      return await reportFact(services.reporting, agent.id, { runId: params.id, ...body });
    },
    agentInput: async ({ actor, input: { params, query }, signal }) => {
      const { id } = await agentOf(agents, actor);
      const { bytes, ended } = await fetchInput(
        services.fetching,
        { agentId: id, signal: signal() },
        { runId: params.id, ...query },
      );
      return new Response(new Uint8Array(bytes), { headers: { 'errand-input-ended': ended ? '1' : '0' } });
    },
  };
}

function lists({ store, clock }: Services): SomeHandlers<'listPools' | 'listAgents'> {
  return {
    listPools: async () => {
      const [pools, agents, counts] = await Promise.all([
        store.agents.pools(),
        store.agents.list(null),
        store.runs.countOpen(),
      ]);
      const count = (name: string, queued: boolean): number =>
        counts
          .filter(({ pool, state }) => pool === name && (state === 'queued') === queued)
          .reduce((sum, each) => sum + each.count, 0);
      return {
        pools: pools.map(({ name, adminOnly, lostAfterMs }) => ({
          name,
          adminOnly,
          lostAfterMs,
          queued: count(name, true),
          running: count(name, false),
          agents: agents.filter(({ pool }) => pool === name).length,
        })),
      };
    },
    listAgents: async () => {
      const all = await store.agents.list(null);
      const silentSince = clock.now() - DEFAULTS.silentAfterMs - DEFAULTS.pollIdleMs;
      return {
        agents: all.map(({ id, name, pool, labels, slots, program, lastSeenAt }) => ({
          id,
          name,
          pool,
          slots,
          program,
          labels,
          online: lastSeenAt > silentSince,
          lastSeenAt: new Date(lastSeenAt).toISOString(),
        })),
      };
    },
  };
}

async function agentOf(agents: Services['store']['agents'], actor: Actor): Promise<AgentRecord> {
  const agent = await agents.byKey(actor.id);
  if (agent === null) throw new ErrandError('unauthenticated', 'this key is not the key of an agent');
  return agent;
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
