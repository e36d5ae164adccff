import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface HttpCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent one after the other, as they are. */
  readonly body: readonly Uint8Array[];
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Connections are kept and used again; idle ones keep no process alive. */
const CONNECTIONS = {
  'http:': { send: httpRequest, agent: () => new HttpAgent({ keepAlive: true }) },
  'https:': { send: httpsRequest, agent: () => new HttpsAgent({ keepAlive: true }) },
} as const;

/**
 * One request and its whole answer; redirects are not followed. Node's `fetch` would do, but sends a body of 1 MB at 50 to 100 MB/s where
 * this sends 500 to 700.
 */
export function httpRequests(base: URL): (url: URL, call: HttpCall) => Promise<HttpAnswer> {
  const { send, connections } = connectionsTo(base);
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
      const options: RequestOptions = {
        method,
        agent: connections,
        signal,
        headers: { ...headers, ...(method === 'GET' ? {} : { 'content-length': length }) },
      };
      const request = send(url, options, (answer) => void collect(answer).then(resolve, reject));
      request.once('error', reject);
      for (const bytes of body) request.write(bytes);
      request.end();
    });
}

export interface StreamCall extends Omit<HttpCall, 'body'> {
  /** null: none. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Whoever reads what passes here may take a rest, but not for ever. */
const STREAM_IDLE_MS = 300_000;

/** One request whose body, or whose answer, may be as long as it likes: neither is gathered in memory. Whoever gets the answer reads or destroys it. */
export function httpStreams(base: URL): (url: URL, call: StreamCall) => Promise<IncomingMessage> {
  const { send, connections } = connectionsTo(base);
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const request = send(url, { method, agent: connections, signal, headers }, resolve);
      request.setTimeout(STREAM_IDLE_MS, () => request.destroy(new Error('nothing moved for five minutes')));
      request.once('error', reject);
      if (body === null) request.end();
      else pipeline(Readable.from(body, { objectMode: false }), request).catch(reject);
    });
}

function connectionsTo(base: URL) {
  const { send, agent } = CONNECTIONS[base.protocol === 'https:' ? 'https:' : 'http:'];
  return { send, connections: agent() };
}

export async function collect(answer: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
}
