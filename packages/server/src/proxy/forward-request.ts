import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';

export interface Passage {
  readonly host: string;
  readonly port: number;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly string[];
  /** Headers of the answer, in pairs. */
  readonly answerHeaders: (answer: IncomingMessage) => readonly string[];
  /** Called with each piece, in either direction. */
  readonly note: () => void;
  /** Aborts when who asked has no right any more, or the server drains. */
  readonly signal: AbortSignal;
}

/** Connections to sessions that wait for the next request. */
const kept = new Agent({ keepAlive: true, maxFreeSockets: 64, timeout: 0 });
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Passes a request on and its answer back, byte by byte as they come. Resolves when it is over, by whichever side; rejects while nothing
 * of an answer was passed on.
 *
 * `node:http` itself and no library over it: what matters here are raw headers in their order and where each body ends, which libraries for
 * proxies set by themselves.
 */
export async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  passage: Passage,
): Promise<void> {
  const body = hasBody(request);
  const bodiless = !body && BODILESS.has(request.method ?? '');
  const first = openUpstream(request, passage, { body, agent: bodiless ? kept : undefined });
  try {
    await exchange(request, response, { ...passage, upstream: first });
  } catch (error) {
    // A kept connection may end in the moment it is used again: such a request was never read.
    if (!bodiless || !first.reusedSocket || response.headersSent || passage.signal.aborted) throw error;
    const upstream = openUpstream(request, passage, { body, agent: undefined });
    await exchange(request, response, { ...passage, upstream });
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

interface How {
  readonly body: boolean;
  readonly agent: Agent | undefined;
}

function openUpstream(request: IncomingMessage, passage: Passage, { body, agent }: How): ClientRequest {
  const { host, port, path, headers } = passage;
  const { method = 'GET' } = request;
  const framed = framing(request, body);
  return openRequest({
    host,
    port,
    path,
    method,
    headers: [...headers, ...framed],
    setHost: false,
    agent: agent ?? false,
  });
}

/** Says where the body ends where the headers passed on do not: chunks stay chunks, and a method that could have a body has none. */
function framing({ headers, method }: IncomingMessage, body: boolean): readonly string[] {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  if (body || headers['content-length'] !== undefined || BODILESS.has(method ?? '')) return [];
  return ['Content-Length', '0'];
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  passage: Passage & { readonly upstream: ClientRequest },
): Promise<void> {
  const { upstream, note, signal, answerHeaders } = passage;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => void response.destroy();
  signal.addEventListener('abort', abort, { once: true });
  response.once('close', resolve);
  upstream.on('error', (error) => {
    if (response.headersSent) response.destroy();
    reject(error);
  });
  upstream.once('upgrade', (_answer, socket) => {
    socket.destroy();
    reject(new Error('it changed the protocol unasked'));
  });
  upstream.once('response', (answer) => {
    if (!isWritable(answer)) {
      upstream.destroy();
      return reject(new Error('its answer has no status that can be passed on'));
    }
    response.sendDate = false;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, [...answerHeaders(answer)]);
    // A stream may say nothing for long; elsewhere the head goes with the first bytes.
    if (answer.headers['content-length'] === undefined) response.flushHeaders();
    answer.on('data', note);
    // What breaks off must not look whole.
    answer.on('error', () => response.destroy());
    answer.once('close', () => {
      if (!answer.complete) response.destroy();
    });
    answer.pipe(response);
  });
  note();
  if (hasBody(request)) {
    request.on('data', note);
    request.pipe(upstream);
  } else upstream.end();
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    request.off('data', note);
    request.unpipe(upstream);
    if (!response.writableFinished || !upstream.writableFinished) upstream.destroy();
  }
}

/** Node reads a status such as 000, and any character in the reason, without a word; writing them is an error. */
function isWritable({ statusCode = 0, statusMessage = '' }: IncomingMessage): boolean {
  return statusCode >= 100 && /^[\t\x20-\x7e\x80-\xff]*$/.test(statusMessage);
}
