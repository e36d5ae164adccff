import type { AgentLink, AppendAnswer, HelloAnswer, PollAnswer, ReportAnswer } from '@errand/contract';
import { dataHeader, FRAMES_MEDIA_TYPE, type OperationId, ROUTES } from '@errand/contract/wire';
import { type HttpAnswer, httpRequests } from './http-request.ts';
import { LinkRefusal } from './link-refusal.ts';

export interface HttpLinkOptions {
  /** Where the control plane is, for instance `https://errand.example.org`. */
  readonly url: string;
  /** The agent's own key. */
  readonly key: string;
}

/** Beyond what a call may be held open for: a line that says nothing for so long is dead. */
const TIMEOUT_MS = 30_000;

/** The way to a control plane somewhere else: every call is one HTTP request from here, so no port is open on this machine. */
export function httpLink(options: HttpLinkOptions): AgentLink {
  const call = callerOf(options.url, options.key);
  return {
    hello: async (request) => json(await call({ operation: 'agentHello', body: request })) as HelloAnswer,
    poll: async (request, signal) => {
      try {
        const asked = { operation: 'agentPoll', body: request, signal, holdMs: request.waitMs } as const;
        return json(await call(asked)) as PollAnswer;
      } catch (error) {
        if (signal.aborted) return { leases: [], cancels: [], superseded: [], windows: [] };
        throw error;
      }
    },
    append: async ({ runId, token, pieces }) => {
      const frames = pieces.flatMap((piece) => [dataHeader(piece), piece.bytes]);
      return json(await call({ operation: 'agentAppend', runId, query: { token }, frames })) as AppendAnswer;
    },
    // Only a control plane on this machine has its log written for it.
    grew: () => {},
    report: async ({ runId, token, fact }) =>
      json(await call({ operation: 'agentReport', runId, body: { token, fact } })) as ReportAnswer,
    input: async ({ runId, token, offset, waitMs }, signal) => {
      const query = { token, offset, waitMs };
      const answer = await call({ operation: 'agentInput', runId, query, signal, holdMs: waitMs });
      return { bytes: answer.body, ended: answer.headers['errand-input-ended'] === '1' };
    },
  };
}

/** Becomes an agent: a join token, good for one, for an identity that lasts. */
export async function join(
  url: string,
  request: { readonly token: string; readonly name: string },
): Promise<{ agentId: string; pool: string; key: string }> {
  const answer = await callerOf(url, null)({ operation: 'agentJoin', body: request });
  return json(answer) as { agentId: string; pool: string; key: string };
}

interface Call {
  readonly operation: OperationId;
  readonly runId?: string;
  readonly query?: Readonly<Record<string, number>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as they are. */
  readonly frames?: readonly Uint8Array[];
  readonly signal?: AbortSignal;
  /** How long the control plane may hold the call open. */
  readonly holdMs?: number;
}

function callerOf(base: string, key: string | null): (asked: Call) => Promise<HttpAnswer> {
  const send = httpRequests(new URL(base));
  return async ({ operation, runId = '', query = {}, body, frames, signal, holdMs = 0 }) => {
    const { method, path } = ROUTES[operation];
    const url = new URL(path.replace('{id}', encodeURIComponent(runId)), base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const limit = AbortSignal.timeout(holdMs + TIMEOUT_MS);
    const answer = await send(url, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(frames === undefined ? {} : { 'content-type': FRAMES_MEDIA_TYPE }),
      },
      body: frames ?? (body === undefined ? [] : [Buffer.from(JSON.stringify(body))]),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    if (answer.status < 200 || answer.status > 299) throw failure(answer);
    return answer;
  };
}

/** What it holds is the contract's to say, and the control plane's to keep. */
function json({ body }: HttpAnswer): unknown {
  return JSON.parse(body.toString());
}

/** What lies with the caller stays so when it asks again; the rest may pass. */
function failure({ status, body }: HttpAnswer): Error {
  const { code, message } = errorIn(body.toString()) ?? {
    code: String(status),
    message: 'no errand answered',
  };
  const passes = status >= 500 || status === 408 || status === 429;
  return passes ? new Error(`${code}: ${message}`) : new LinkRefusal(code, message);
}

function errorIn(text: string): { code: string; message: string } | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    const { code, message } = error ?? {};
    return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
  } catch {
    return undefined;
  }
}
