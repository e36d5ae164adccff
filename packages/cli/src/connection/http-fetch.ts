import type * as Http from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Fetch, FetchAnswer, FetchInit } from '@errand/sdk';

/**
 * A fetch over Node's own HTTP client. The global one would cost every call of the command line some tens of ms: it loads undici, and so
 * does an `import` of node:http, whose exports are all looked at then. It can also speak over a Unix socket.
 */
export function createHttpFetch(options: { readonly socketPath?: string } = {}): Fetch {
  let agent: Http.Agent | undefined;
  return (url, init) => {
    const { request, Agent } = process.getBuiltinModule(
      url.startsWith('https:') ? 'node:https' : 'node:http',
    ) as typeof Http;
    agent ??= new Agent({ keepAlive: true });
    const { promise, resolve, reject } = Promise.withResolvers<FetchAnswer>();
    const sent = request(url, {
      agent,
      method: init.method,
      headers: headersOf(init),
      ...loopback(url),
      ...(url.startsWith('https:') ? {} : NO_SERVER_NAME),
      ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
      ...(init.signal === undefined ? {} : { signal: init.signal }),
    });
    sent.on('response', (response) => resolve(answerOf(response)));
    sent.on('error', reject);
    sendBody(sent, init.body).catch(reject);
    return promise;
  };
}

/** Pieces go as fast as the line takes them. An answer may come before the last of them: then the rest is of no use. */
async function sendBody(sent: Http.ClientRequest, body: FetchInit['body']): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    sent.end(body);
    return;
  }
  const { Readable } = process.getBuiltinModule('node:stream');
  const { pipeline } = process.getBuiltinModule('node:stream/promises');
  await pipeline(Readable.from(body, { objectMode: false }), sent);
}

/** Node computes one for every request, TLS or not, and compiles a large regular expression for that. */
const NO_SERVER_NAME = { servername: '' };

/** Names under .localhost are this machine (RFC 6761), whether its resolver knows them or not. */
function loopback(url: string): { readonly lookup?: LookupFunction } {
  if (!/^https?:\/\/[^/:]+\.localhost(?:[:/]|$)/i.test(url)) return {};
  return {
    lookup: (_name, { all }, done) =>
      all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
  };
}

function headersOf({ headers, body, method }: FetchInit): Record<string, string> {
  if (body === undefined) return method === 'GET' ? headers : { ...headers, 'content-length': '0' };
  if (typeof body === 'string' || body instanceof Uint8Array)
    return { ...headers, 'content-length': String(Buffer.byteLength(body)) };
  return headers;
}

function answerOf(response: Http.IncomingMessage): FetchAnswer {
  return {
    status: response.statusCode ?? 0,
    headers: {
      get: (name) => {
        const value = response.headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
    },
    body: response,
    text: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    },
  };
}
