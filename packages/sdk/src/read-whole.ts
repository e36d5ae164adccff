import { ErrandConnectionError } from './errors.ts';
import { chunksOf } from './fetch.ts';
import type { Input, Transport } from './transport.ts';

/** The bytes of a file as they come. Throws where the line breaks before the last of them. */
export async function* readWhole<Id extends 'readFile' | 'readArtifact'>(
  transport: Transport,
  operation: Id,
  asked: Input<Id>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Uint8Array> {
  const { headers, body } = await transport.open(operation, asked, { signal });
  let left = Number(headers.get('content-length') ?? 0);
  try {
    for await (const chunk of chunksOf(body)) {
      left -= chunk.length;
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new ErrandConnectionError(transport.url, error);
  }
  if (left > 0) throw new ErrandConnectionError(transport.url, new Error('the file broke off'));
}
