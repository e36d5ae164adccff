import type * as Http from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface HttpCall {
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes and text go as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Http.IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface HttpOptions {
  readonly url: string;
  readonly key: string;
  /** PEM of the certificate to trust, with https. */
  readonly ca?: string;
  /** In place of the address of the URL. */
  readonly socketPath?: string;
}

/** A plain client over Node's own modules, so that what is proven does not hang on the SDK. It never repeats a call. */
export class HttpClient implements Disposable {
  readonly #options: HttpOptions;
  readonly #agent: Http.Agent;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#agent = options.url.startsWith('https:') ? new HttpsAgent({ ca: options.ca }) : new HttpAgent();
  }

  /** Sends a call and reads all of its answer; rejects when the connection breaks. */
  async ask(method: string, path: string, call: HttpCall = {}): Promise<HttpAnswer> {
    const response = await this.open(method, path, call);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes,
      get text() {
        return bytes.toString();
      },
    };
  }

  /** Resolves with the answer as soon as its headers are there. */
  open(method: string, path: string, { headers = {}, body }: HttpCall = {}): Promise<Http.IncomingMessage> {
    const { url, key, socketPath } = this.#options;
    const sent = body === undefined ? undefined : encoded(body);
    const { promise, resolve, reject } = Promise.withResolvers<Http.IncomingMessage>();
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(`${url}${path}`, {
      agent: this.#agent,
      method,
      ...(socketPath === undefined ? {} : { socketPath }),
      headers: {
        authorization: `Bearer ${key}`,
        ...(sent === undefined ? {} : { 'content-length': String(sent.length) }),
        ...headers,
      },
    });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(sent);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

function encoded(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
