import type {
  AgentLink,
  AppendAnswer,
  AppendPiece,
  HelloAnswer,
  InputAnswer,
  PollAnswer,
  ReportAnswer,
} from '@errand/contract';
import { dataHeader, FRAMES_MEDIA_TYPE, type OperationId, ROUTES } from '@errand/contract/wire';
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
  return {
    hello: async (request) =>
      json<HelloAnswer>(await call(options, { operation: 'agentHello', body: request })),
    poll: async (request, signal) => {
      try {
        const asked = { operation: 'agentPoll', body: request, signal, holdMs: request.waitMs } as const;
        return await json<PollAnswer>(await call(options, asked));
      } catch (error) {
        if (signal.aborted) return { leases: [], cancels: [], superseded: [], windows: [] };
        throw error;
      }
    },
    append: async ({ runId, token, pieces }) => {
      const asked = { operation: 'agentAppend', runId, query: { token }, frames: framesOf(pieces) } as const;
      return json<AppendAnswer>(await call(options, asked));
    },
    // Only a control plane on this machine has its log written for it.
    grew: () => {},
    report: async ({ runId, token, fact }) =>
      json<ReportAnswer>(await call(options, { operation: 'agentReport', runId, body: { token, fact } })),
    input: async ({ runId, token, offset, waitMs }, signal): Promise<InputAnswer> => {
      const query = { token, offset, waitMs };
      const asked = { operation: 'agentInput', runId, query, signal, holdMs: waitMs } as const;
      const answer = await call(options, asked);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      return { bytes, ended: answer.headers.get('errand-input-ended') === '1' };
    },
  };
}

/** Becomes an agent: a join token, good for one, for an identity that lasts. */
export async function join(
  url: string,
  request: { readonly token: string; readonly name: string },
): Promise<{ agentId: string; pool: string; key: string }> {
  return json(await call({ url, key: null }, { operation: 'agentJoin', body: request }));
}

interface Call {
  readonly operation: OperationId;
  readonly runId?: string;
  readonly query?: Readonly<Record<string, number>>;
  /** Sent as JSON. */
  readonly body?: object;
  readonly frames?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
  /** How long the control plane may hold the call open. */
  readonly holdMs?: number;
}

async function call(to: { url: string; key: string | null }, asked: Call): Promise<Response> {
  const { method, path } = ROUTES[asked.operation];
  const url = new URL(path.replace('{id}', encodeURIComponent(asked.runId ?? '')), to.url);
  for (const [name, value] of Object.entries(asked.query ?? {})) url.searchParams.set(name, String(value));
  const limit = AbortSignal.timeout((asked.holdMs ?? 0) + TIMEOUT_MS);
  const answer = await fetch(url, {
    method,
    redirect: 'error',
    headers: {
      ...(to.key === null ? {} : { authorization: `Bearer ${to.key}` }),
      ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(asked.frames === undefined ? {} : { 'content-type': FRAMES_MEDIA_TYPE }),
    },
    body: asked.frames ?? (asked.body === undefined ? null : JSON.stringify(asked.body)),
    signal: asked.signal === undefined ? limit : AbortSignal.any([asked.signal, limit]),
  });
  if (!answer.ok) throw await failure(answer);
  return answer;
}

async function json<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}

/** What lies with the caller stays so when it asks again; the rest may pass. */
async function failure(answer: Response): Promise<Error> {
  const text = await answer.text().catch(() => '');
  const { code, message } = errorIn(text) ?? { code: String(answer.status), message: answer.statusText };
  const passes = answer.status >= 500 || answer.status === 408 || answer.status === 429;
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

function framesOf(pieces: readonly AppendPiece[]): Uint8Array<ArrayBuffer> {
  return Buffer.concat(pieces.flatMap((piece) => [dataHeader(piece), piece.bytes]));
}
