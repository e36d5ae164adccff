import { ErrandError, ProviderError } from '@errand/core';

/** The pieces of an output as they come. Where they break off, `what` may be read again in a moment. */
export async function* unbroken(
  content: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    if (error instanceof ErrandError || error instanceof ProviderError) throw error;
    const why = error instanceof Error ? error.message : 'nobody knows why';
    throw new ProviderError('transient', `${what} broke off while it was read: ${why}`, { cause: error });
  }
}
