import { type Clock, type Provider, ProviderError } from '@errand/core';

/**
 * One call of a provider, given up when it takes longer than the provider says that its calls have effects: from then on whoever repeats it
 * may rely on the list. Anything that is not a ProviderError is taken for transient, since nobody knows what it did.
 */
export async function callProvider<Answer>(
  { name, capabilities }: Provider,
  clock: Clock,
  call: () => Promise<Answer>,
): Promise<Answer> {
  const over = new AbortController();
  const limitMs = Math.max(capabilities.settleMs, LEAST_MS);
  const late = clock.sleep(limitMs, over.signal).then((): never => {
    throw new ProviderError('transient', `the provider ${name} did not answer within ${limitMs / 1_000} s`);
  });
  // Lost where the call was faster; then nobody waits for it.
  late.catch(() => undefined);
  try {
    return await Promise.race([call(), late]);
  } catch (cause) {
    if (cause instanceof ProviderError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ProviderError('transient', `the provider ${name} failed: ${why}`, { cause });
  } finally {
    over.abort();
  }
}

const LEAST_MS = 10_000;
