/**
 * What the client needs of `fetch`. The global one fits, in Node and in browsers; another may be given, for instance one that
 * speaks over a Unix socket.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  /** Pieces that come one after the other are sent as they come. */
  readonly body?: string | Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ByteStream | null;
  text(): Promise<string>;
}

/** The platform's own: it takes pieces as a stream, and only if it is told that the answer follows them. */
export const platformFetch: Fetch = (url, { body, ...init }) => {
  if (body === undefined) return globalThis.fetch(url, init);
  if (typeof body === 'string' || body instanceof Uint8Array) return globalThis.fetch(url, { ...init, body });
  if ('blob' in body && body.blob instanceof Blob) return globalThis.fetch(url, { ...init, body: body.blob });
  const streamed = { ...init, body: streamOf(body), duplex: 'half' } as RequestInit;
  return globalThis.fetch(url, streamed);
};

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const step = await source.next();
      if (step.done === true) controller.close();
      else controller.enqueue(step.value);
    },
    cancel: async () => {
      await source.return?.();
    },
  });
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
