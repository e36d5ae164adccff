import { Agent, type IncomingMessage, request } from 'node:http';

/** Where a server is and how it is asked. */
export interface Place {
  readonly url: string;
  readonly key: string;
}

export interface RunAnswer {
  readonly id: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly exitCode: number | null;
  readonly end: { readonly reason: string } | null;
}

/** The API over kept connections and without `fetch`, so that the client costs as little as it can. */
export class Api implements Disposable {
  readonly #place: Place;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

  constructor({ url, key }: Place) {
    this.#place = { url, key };
  }

  async json<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.open(method, path, body);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString()) as Answer;
  }

  submit(run: object): Promise<RunAnswer> {
    return this.json('POST', '/v1/runs', run);
  }

  /** The run once it has ended. */
  async ended(id: string): Promise<RunAnswer> {
    for (;;) {
      const run = await this.json<RunAnswer>('GET', `/v1/runs/${id}?wait=60s`);
      if (run.end !== null) return run;
    }
  }

  /** An answer whose body is still to be read. Rejects where it is no success. */
  async open(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.#place.key}`,
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    request(this.#place.url + path, { method, headers, agent: this.#agent }, resolve)
      .once('error', reject)
      .end(text);
    const answer = await promise;
    if ((answer.statusCode ?? 500) < 300) return answer;
    throw new Error(
      `${method} ${path}: ${answer.statusCode} ${Buffer.concat(await answer.toArray()).toString()}`,
    );
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
