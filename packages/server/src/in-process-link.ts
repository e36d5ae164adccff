import type { AgentLink, FilesLink, HostingLink } from '@errand/contract';
import type { LogStore } from '@errand/core';
import { type AppendLogParts, appendLog } from './use-cases/agents/append-log.ts';
import { type FetchInputParts, fetchInput } from './use-cases/agents/fetch-input.ts';
import { type HostSessionsParts, hostSessions } from './use-cases/agents/host-sessions.ts';
import { pollAgent } from './use-cases/agents/poll-agent.ts';
import { type ReportFactParts, reportFact } from './use-cases/agents/report-fact.ts';
import { type SayHelloParts, sayHello } from './use-cases/agents/say-hello.ts';
import type { PollAgentParts } from './use-cases/agents/waiting-poll.ts';
import type { FileOrders } from './use-cases/sessions/file-orders.ts';

export interface InProcessLinkParts {
  readonly hello: SayHelloParts;
  readonly polling: PollAgentParts;
  readonly appending: AppendLogParts;
  readonly reporting: ReportFactParts;
  readonly fetching: FetchInputParts;
  readonly hosting: HostSessionsParts;
  readonly fileOrders: FileOrders;
  readonly logs: Pick<LogStore, 'grew'>;
}

/** The way of the control plane's own agent: the same use-cases as over HTTP, without the wire. */
export function inProcessLink(
  parts: InProcessLinkParts,
  agentId: string,
): AgentLink & HostingLink & FilesLink {
  return {
    hello: (request) => sayHello(parts.hello, agentId, request),
    poll: (request, signal) => pollAgent(parts.polling, { ...request, agentId }, signal),
    append: (request) => appendLog(parts.appending, agentId, request),
    grew: (attempt) => parts.logs.grew(attempt),
    report: (request) => reportFact(parts.reporting, agentId, request),
    input: (request, signal) => fetchInput(parts.fetching, { agentId, signal }, request),
    sessions: (request, signal) => hostSessions(parts.hosting, agentId, { ...request, signal }),
    fileContent: async (id) => parts.fileOrders.content(agentId, id),
    fileAnswer: (id, answer, content) => parts.fileOrders.answer(agentId, id, answer, content ?? NO_BYTES),
  };
}

const NO_BYTES: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => NOTHING };
const NOTHING: AsyncIterator<Uint8Array> = { next: async () => ({ done: true, value: undefined }) };
