/**
 * What the client needs of `fetch`. The global one fits, in Node and in browsers; another may be given, for instance one that
 * speaks over a Unix socket.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ByteStream | null;
  text(): Promise<string>;
}

/** A body as it comes; not every browser can iterate over its own streams. */
export type ByteStream = AsyncIterable<Uint8Array> | Pick<ReadableStream<Uint8Array>, 'getReader'>;

/** The chunks of a body in order. Leaving the loop early ends the transfer. */
export async function* chunksOf(body: ByteStream | null): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  if (Symbol.asyncIterator in body) {
    yield* body;
    return;
  }
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
