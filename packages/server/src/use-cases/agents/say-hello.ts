import type { HelloAnswer, HelloRequest } from '@errand/contract';
import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  ErrandError,
  type Notifier,
  offerLabels,
  type ScriptStore,
  sessionOfPool,
} from '@errand/core';
import type { FileOrders } from '../sessions/file-orders.ts';
import type { SessionHosts } from '../sessions/session-hosts.ts';
import { topics } from '../topics.ts';
import { AGENT_POLICY, PROTOCOL } from './policy.ts';

export interface SayHelloParts {
  readonly agents: Pick<AgentStore, 'change'>;
  readonly scripts: Pick<ScriptStore, 'offer'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
  readonly hosts: Pick<SessionHosts, 'present'>;
  readonly fileOrders: Pick<FileOrders, 'present'>;
}

/** An agent presents itself, at each of its starts and after each new version. Repeatable. */
export async function sayHello(
  parts: SayHelloParts,
  agentId: string,
  request: HelloRequest,
): Promise<HelloAnswer> {
  if (request.protocol !== PROTOCOL) throw wrongProtocol(request.protocol);
  const now = parts.clock.now();
  const agent = await parts.agents.change(agentId, (present) => presented(present, request, now));
  if (agent === null)
    throw new ErrandError('unauthenticated', 'this agent is not known; let it join again with a new token');
  if (agent.revokedAt !== null) throw revoked();
  await parts.scripts.offer(
    agentId,
    request.scripts.map((script) => ({ ...script, agentId })),
  );
  parts.hosts.present(agentId, request.hostsSessions === true);
  parts.fileOrders.present(agentId, request.movesFiles === true);
  const session = sessionOfPool(agent.pool);
  // It may be what the session waited for.
  if (session !== null) parts.notifier.pulse(topics.sessions, session);
  return { agentId, pool: agent.pool, policy: AGENT_POLICY, slots: agent.slots };
}

/** What its join token decided stands, whatever it says. */
function presented(
  agent: AgentRecord,
  { name, labels: own, slots: wanted, program, scripts }: HelloRequest,
  now: number,
): AgentRecord {
  const offered = Object.assign({}, ...scripts.map(offerLabels)) as AgentRecord['labels'];
  const labels = { ...own, ...agent.fixedLabels, ...offered };
  const slots = Math.min(wanted, agent.maxSlots ?? wanted);
  return { ...agent, version: agent.version + 1, name, labels, slots, program, lastSeenAt: now };
}

/** What it hears with every call but those that end its trees. */
export function revoked(): ErrandError {
  const again = 'join again with a new token from errand pool token, into an empty data folder';
  return new ErrandError('forbidden', `this agent was revoked; to serve again, ${again}`);
}

function wrongProtocol(theirs: number): ErrandError {
  const older =
    theirs < PROTOCOL
      ? 'this agent is too old: install it anew from /agent.sh of its server (it stays joined, and commands go on)'
      : 'this agent is newer than its server: update the server first, or install the agent that it offers at /agent.sh';
  const numbers = `the agent speaks protocol ${theirs}, the server ${PROTOCOL}`;
  return new ErrandError('conflict', `${older}; ${numbers}`, { details: { protocol: PROTOCOL } });
}
