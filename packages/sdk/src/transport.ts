import type { Answer, ErrorBody, SentInput } from '@errand/contract';
import { type OperationId, parseDuration, ROUTES } from '@errand/contract/wire';
import { Backoff } from './backoff.ts';
import { causeCode, ErrandApiError, ErrandConnectionError } from './errors.ts';
import { type Fetch, type FetchAnswer, type FetchInit, platformFetch } from './fetch.ts';
import { REPEATABLE } from './repeatable.ts';
import { Silence } from './silence.ts';

/** What an operation is given: the parts of its route that exist; a part in which everything is optional may be left out. */
export type Input<Id extends OperationId> = Flat<Partly<Given<SentInput<Id>>>>;

type Given<Parts> = {
  [Part in keyof Parts as [Parts[Part]] extends [undefined] ? never : Part]: Parts[Part];
};
type Flat<Parts> = { [Part in keyof Parts]: Parts[Part] };
type Partly<Parts> = {
  readonly [Part in keyof Parts as object extends Parts[Part] ? never : Part]: Parts[Part];
} & { readonly [Part in keyof Parts as object extends Parts[Part] ? Part : never]?: Parts[Part] };

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of operations that take bytes. */
  readonly bytes?: Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>;
}

export interface TransportOptions {
  /** Where the control plane is, for instance `https://errand.example.com`. */
  readonly url: string;
  /** The secret of a key, `err_...`; none over the socket of a data folder. */
  readonly key?: string | undefined;
  readonly fetch?: Fetch | undefined;
  /** How long a call that may be repeated is tried again after lost answers (10 s). */
  readonly patienceMs?: number | undefined;
}

/** Untyped parts of an input, as they travel. */
interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Calls operations of the API by their id. Everything else in this package is built on it. */
export class Transport {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #fetch: Fetch;
  readonly #patienceMs: number;
  #answered = false;

  constructor(options: TransportOptions) {
    this.url = options.url.replace(/\/+$/, '');
    this.#key = options.key;
    this.#fetch = options.fetch ?? platformFetch;
    this.#patienceMs = options.patienceMs ?? 10_000;
  }

  /** Calls an operation and answers its JSON; undefined where the answer is empty. Repeats what may be repeated. */
  async request<Id extends OperationId>(
    id: Id,
    input: Input<Id>,
    options: RequestOptions = {},
  ): Promise<Answer<Id>> {
    const backoff = new Backoff(REPEATABLE[id] ? this.#patienceMs : 0, options.signal);
    for (;;) {
      try {
        const text = await this.#ask(id, input, options);
        return (text === '' ? undefined : JSON.parse(text)) as Answer<Id>;
      } catch (error) {
        if (!this.mayWorkLater(error)) throw error;
        await backoff.failed(error);
      }
    }
  }

  /** The text of an answer. A line that a lock screen or another network has killed says nothing, so nobody waits for it for ever. */
  async #ask<Id extends OperationId>(id: Id, input: Input<Id>, options: RequestOptions): Promise<string> {
    // Bytes may be many, and on their way for as long as they need.
    if (options.bytes !== undefined)
      return await this.#textOf(await this.open(id, input, options), options.signal);
    const mostMs = ANSWER_MS + heldMs(input);
    const silence = new Silence(options.signal, mostMs);
    try {
      const { signal } = silence;
      return await this.#textOf(await this.open(id, input, { ...options, signal }), signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!silence.tooLong) throw error;
      throw new ErrandConnectionError(this.url, new Error(`nothing came for ${mostMs / 1_000} s`));
    } finally {
      silence.end();
    }
  }

  /** The address of an operation that is asked with GET, for whoever needs no more than that. */
  urlOf<Id extends OperationId>(id: Id, input: Input<Id>): string {
    return this.url + pathOf(id, input);
  }

  /** Calls an operation once and answers when its headers are there; the body is read by the caller. */
  async open<Id extends OperationId>(
    id: Id,
    input: Input<Id>,
    options: RequestOptions = {},
  ): Promise<FetchAnswer> {
    const parts: Parts = input;
    const address = this.url + pathOf(id, parts);
    const answer = await this.#send(address, this.#initOf(id, parts, options));
    this.#answered = true;
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw await apiError(answer);
  }

  /**
   * Is it worth the time to try again? Not where the server understood and refused. A server that refuses connections is worth it only if
   * it has answered before: else the address is wrong, and people should hear that at once.
   */
  mayWorkLater(error: unknown): boolean {
    if (error instanceof ErrandApiError) return error.code === 'unavailable';
    if (!(error instanceof ErrandConnectionError)) return false;
    const code = causeCode(error) ?? '';
    return this.#answered || !(NOBODY_THERE.has(code) || NOT_TRUSTED.test(code));
  }

  async #send(address: string, init: FetchInit): Promise<FetchAnswer> {
    try {
      return await this.#fetch(address, init);
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new ErrandConnectionError(this.url, error);
    }
  }

  async #textOf(answer: FetchAnswer, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await answer.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw new ErrandConnectionError(this.url, error);
    }
  }

  #initOf(id: OperationId, parts: Parts, options: RequestOptions): FetchInit {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (this.#key !== undefined) headers['authorization'] = `Bearer ${this.#key}`;
    let body: FetchInit['body'] = options.bytes;
    if (body !== undefined) headers['content-type'] = 'application/octet-stream';
    else if (parts.body !== undefined) {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(parts.body);
    }
    return {
      method: ROUTES[id].method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
  }
}

/** Beyond what any call takes, also one that looks at every provider. */
const ANSWER_MS = 90_000;

/** For how long the server was asked to hold its answer. */
function heldMs({ query: { wait } = {} }: Parts): number {
  return (typeof wait === 'string' ? parseDuration(wait) : null) ?? 0;
}

const NOBODY_THERE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EACCES',
  'EAI_AGAIN',
]);

/** What Node calls a certificate it does not accept, and a line that speaks no TLS at all. */
const NOT_TRUSTED = /CERT|ISSUER|LEAF_SIGNATURE|^ERR_(TLS|SSL)/;

function pathOf(id: OperationId, { params = {}, query = {} }: Parts): string {
  const path = ROUTES[id].path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

async function apiError(answer: FetchAnswer): Promise<ErrandApiError> {
  const text = await answer.text().catch(() => '');
  const error = errorOf(text);
  if (error !== undefined) return new ErrandApiError({ ...error, status: answer.status });
  // Not our server: a proxy in front of it, or another program on that port.
  return new ErrandApiError({
    code: answer.status >= 502 && answer.status <= 504 ? 'unavailable' : 'internal',
    status: answer.status,
    message: `the server answered ${answer.status} without saying why`,
    requestId: answer.headers.get('errand-request') ?? '',
  });
}

function errorOf(text: string): ErrorBody['error'] | undefined {
  try {
    const { error } = JSON.parse(text) as Partial<ErrorBody>;
    return typeof error?.code === 'string' && typeof error.message === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}
