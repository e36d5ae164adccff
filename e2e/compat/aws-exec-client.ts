import { setTimeout as sleep } from 'node:timers/promises';

export interface OldClientOptions {
  readonly url: string;
  readonly auth: string;
}

/** What a follower of the old system has seen. */
export interface Followed {
  readonly exit: number;
  readonly log: Buffer;
  /** When each piece arrived, by `performance.now()`. */
  readonly arrivals: readonly { readonly at: number; readonly bytes: number }[];
}

/**
 * The protocol of aws-exec's own client: submit; ask with the offset one has, until there is an exit status; fetch the bytes from the given address
 * with `Range`, where 403 and 416 mean that there is nothing yet.
 */
export class OldExecClient {
  readonly #options: OldClientOptions;

  constructor(options: OldClientOptions) {
    this.#options = options;
  }

  submit(body: unknown): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(`${this.#options.url}/api/exec`, { method: 'POST', headers: this.#headers, body: text });
  }

  poll(uid: string, rangeStart: number | string): Promise<Response> {
    const query = new URLSearchParams({ uid, 'range-start': String(rangeStart) });
    return fetch(`${this.#options.url}/api/exec?${query.toString()}`, { headers: this.#headers });
  }

  async uid(body: unknown): Promise<string> {
    const answer = await this.submit(body);
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    const { uid } = (await answer.json()) as { uid: string };
    return uid;
  }

  /** Follows from an offset to the end, or until `stop` bytes have been read. */
  async follow(uid: string, from = 0, stop = Infinity): Promise<Followed> {
    const chunks: Buffer[] = [];
    const arrivals: { at: number; bytes: number }[] = [];
    for (let offset = from; ; ) {
      const answer = await this.poll(uid, offset);
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
      const { exit, url } = (await answer.json()) as { exit: number | null; url: string };
      if (exit !== null || offset >= stop) return { exit: exit ?? -1, log: Buffer.concat(chunks), arrivals };
      const piece = await fetch(url, { headers: { range: `bytes=${offset}-` } });
      if (piece.status === 403 || piece.status === 416) {
        await sleep(100);
        continue;
      }
      if (piece.status !== 200 && piece.status !== 206) throw new Error(`log: ${piece.status}`);
      const bytes = Buffer.from(await piece.arrayBuffer());
      offset += bytes.length;
      chunks.push(bytes);
      arrivals.push({ at: performance.now(), bytes: bytes.length });
    }
  }

  get #headers(): Record<string, string> {
    return { auth: this.#options.auth };
  }
}
