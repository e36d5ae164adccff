import type {
  AgentLink,
  AppendAnswer,
  AppendRequest,
  AppendsAnswer,
  FilesLink,
  HelloAnswer,
  HostingLink,
  PollAnswer,
  ReportAnswer,
  SessionsAnswer,
} from '@errand/contract';
import {
  AGENT_INSTANCE_HEADER,
  APPENDS_MEDIA_TYPE,
  dataHeader,
  encodeAppends,
  FRAMES_MEDIA_TYPE,
  type OperationId,
  ROUTES,
} from '@errand/contract/wire';
import { AppendBatches, type AppendBatchesParts } from './append-batches.ts';
import { collect, type HttpAnswer, httpRequests, httpStreams } from './http-request.ts';
import { LinkRefusal } from './link-refusal.ts';

export interface HttpLinkOptions {
  /** Where the control plane is, for instance `https://errand.example.org`. */
  readonly url: string;
  /** The agent's own key, asked for with each call: it changes. */
  readonly key: () => string;
  /** Tells this start of the program from every other that may have the same identity. */
  readonly instance: string;
}

/** Beyond what a call may be held open for: a line that says nothing for so long is dead. */
const TIMEOUT_MS = 30_000;

/** The way to a control plane somewhere else: every call is one HTTP request from here, so no port is open on this machine. */
export function httpLink(options: HttpLinkOptions): AgentLink & HostingLink & FilesLink {
  const call = callerOf(options);
  let appendsBytes = 0;
  const batches = new AppendBatches({ ...appending(call), limit: () => appendsBytes });
  return {
    hello: async (request) => {
      const answer = json(await call({ operation: 'agentHello', body: request })) as HelloAnswer;
      appendsBytes = answer.policy.appendsBytes ?? 0;
      return answer;
    },
    poll: async (request, signal) => {
      try {
        const asked = { operation: 'agentPoll', body: request, signal, holdMs: request.waitMs } as const;
        return json(await call(asked)) as PollAnswer;
      } catch (error) {
        if (signal.aborted) return { leases: [], cancels: [], superseded: [], windows: [] };
        throw error;
      }
    },
    append: (request) => batches.append(request),
    // Only a control plane on this machine has its log written for it.
    grew: () => {},
    report: async ({ runId, ...body }) =>
      json(await call({ operation: 'agentReport', runId, body })) as ReportAnswer,
    input: async ({ runId, token, offset, waitMs }, signal) => {
      const query = { token, offset, waitMs };
      const answer = await call({ operation: 'agentInput', runId, query, signal, holdMs: waitMs });
      return { bytes: answer.body, ended: answer.headers['errand-input-ended'] === '1' };
    },
    sessions: async (request, signal) => {
      const asked = { operation: 'agentSessions', body: request, signal, holdMs: request.waitMs } as const;
      return json(await call(asked)) as SessionsAnswer;
    },
    ...filesLink(options),
  };
}

function appending(call: (asked: Call) => Promise<HttpAnswer>): Pick<AppendBatchesParts, 'one' | 'many'> {
  return {
    one: async ({ runId, token, pieces }: AppendRequest) => {
      const chunks = pieces.flatMap((piece) => [dataHeader(piece), piece.bytes]);
      const bytes = { type: FRAMES_MEDIA_TYPE, chunks };
      return json(await call({ operation: 'agentAppend', runId, query: { token }, bytes })) as AppendAnswer;
    },
    many: async (requests) => {
      const bytes = { type: APPENDS_MEDIA_TYPE, chunks: encodeAppends(requests) };
      return json(await call({ operation: 'agentAppends', bytes })) as AppendsAnswer;
    },
  };
}

/** Files are as long as they are: what passes here is gathered nowhere. */
function filesLink(options: HttpLinkOptions): FilesLink {
  const send = httpStreams(new URL(options.url));
  const stream = async (
    operation: OperationId,
    id: string,
    { body, signal }: { readonly body: AsyncIterable<Uint8Array> | null; readonly signal: AbortSignal },
  ) => {
    const headers = { ...headersOf(options), ...(body === null ? {} : { 'content-type': OCTETS }) };
    const url = addressOf(options.url, operation, id);
    const answer = await send(url, { method: ROUTES[operation].method, headers, body, signal });
    if (!isGood(answer.statusCode ?? 0)) throw failure(await collect(answer));
    return answer;
  };
  return {
    fileContent: (id, signal) => stream('agentFileContent', id, { body: null, signal }),
    fileAnswer: async (id, answer, content, signal) => {
      (await stream('agentFileAnswer', id, { body: lineThen(answer, content), signal })).resume();
    },
  };
}

const OCTETS = 'application/octet-stream';

async function* lineThen(
  answer: object,
  content: AsyncIterable<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(answer)}\n`);
  if (content !== null) yield* content;
}

export interface JoinRequest {
  readonly token: string;
  readonly name: string;
  readonly pool?: string;
  /** The key that the agent will have. */
  readonly key: string;
}

/** Becomes an agent: a join token, good for one, for an identity that lasts. Repeatable with the same key. */
export async function join(
  url: string,
  request: JoinRequest,
): Promise<{ agentId: string; pool: string; key: string }> {
  const answer = await callerOf({ url, key: () => null, instance: null })({
    operation: 'agentJoin',
    body: request,
  });
  return json(answer) as { agentId: string; pool: string; key: string };
}

/** Tells the control plane the hash of a key that shall follow the one of this call. */
export async function nameKey(
  url: string,
  { key, instance, hash }: { readonly key: string; readonly instance: string; readonly hash: string },
): Promise<void> {
  await callerOf({ url, key: () => key, instance })({ operation: 'agentKey', body: { hash } });
}

/** Says that this agent is done for good: its key ends with the call. */
export async function leave(
  url: string,
  {
    key,
    instance,
    signal,
  }: { readonly key: string; readonly instance: string; readonly signal: AbortSignal },
): Promise<void> {
  await callerOf({ url, key: () => key, instance })({ operation: 'agentLeave', signal });
}

interface Call {
  readonly operation: OperationId;
  readonly runId?: string;
  readonly query?: Readonly<Record<string, number>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as they are. */
  readonly bytes?: { readonly type: string; readonly chunks: readonly Uint8Array[] };
  readonly signal?: AbortSignal;
  /** How long the control plane may hold the call open. */
  readonly holdMs?: number;
}

interface CallerOptions {
  readonly url: string;
  readonly key: () => string | null;
  readonly instance: string | null;
}

function callerOf({ url: base, key, instance }: CallerOptions): (asked: Call) => Promise<HttpAnswer> {
  const send = httpRequests(new URL(base));
  return async ({ operation, runId = '', query = {}, body, bytes, signal, holdMs = 0 }) => {
    const { method } = ROUTES[operation];
    const url = addressOf(base, operation, runId);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const limit = AbortSignal.timeout(holdMs + TIMEOUT_MS);
    const answer = await send(url, {
      method,
      headers: {
        ...headersOf({ key, instance }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bytes === undefined ? {} : { 'content-type': bytes.type }),
      },
      body: bytes?.chunks ?? (body === undefined ? [] : [Buffer.from(JSON.stringify(body))]),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    if (!isGood(answer.status)) throw failure(answer);
    return answer;
  };
}

function addressOf(base: string, operation: OperationId, id: string): URL {
  return new URL(ROUTES[operation].path.replace('{id}', encodeURIComponent(id)), base);
}

function headersOf({ key, instance }: Pick<CallerOptions, 'key' | 'instance'>): Record<string, string> {
  const secret = key();
  return {
    ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
    ...(instance === null ? {} : { [AGENT_INSTANCE_HEADER]: instance }),
  };
}

function isGood(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** What it holds is the contract's to say, and the control plane's to keep. */
function json({ body }: HttpAnswer): unknown {
  return JSON.parse(body.toString());
}

/** What lies with the caller stays so when it asks again; the rest may pass. */
function failure({ status, body }: HttpAnswer): Error {
  const found = errorIn(body.toString());
  const { code, message, details } = found ?? { code: String(status), message: NOBODY, details: {} };
  const passes = status >= 500 || status === 408 || status === 429;
  return passes ? new Error(`${code}: ${message}`) : new LinkRefusal(code, message, details);
}

const NOBODY = 'what answers there is no server of errand; look at the URL';

interface WireError {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function errorIn(text: string): WireError | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: Partial<WireError> };
    const { code, message, details = {} } = error ?? {};
    return typeof code === 'string' && typeof message === 'string' ? { code, message, details } : undefined;
  } catch {
    return undefined;
  }
}
