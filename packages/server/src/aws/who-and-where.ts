/** The name of the error of a call that has no region to go to. */
const NO_REGION = 'NoRegionError';

/**
 * Calls of a client that do not know where to go, or as whom, say what to set. The library's own errors speak of its parameters; that of the region has no
 * name to tell it by, so here, and only here, its text is looked at (`@smithy/core`, resolveRegionConfig).
 */
export function sayWhoAndWhere<Client extends AnyClient>(client: Client): Client {
  // Each client has a stack of its own type; what is added here asks nothing of the call.
  const stack = client.middlewareStack as StackOfAny;
  stack.add(
    (next) => async (call) => {
      try {
        return await next(call);
      } catch (error) {
        throw plainly(error);
      }
    },
    { step: 'initialize', priority: 'high', name: 'sayWhoAndWhere' },
  );
  return client;
}

export interface AnyClient {
  readonly middlewareStack: object;
  destroy(): void;
}

type Handler = (call: object) => Promise<never>;

interface StackOfAny {
  add(wrap: (next: Handler) => Handler, options: object): void;
}

function plainly(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message.startsWith('Region is missing')) {
    return named(NO_REGION, 'no region is known; set aws.region in errand.yaml, or AWS_REGION', error);
  }
  if (error.name === 'CredentialsProviderError') {
    const sources =
      'the environment (AWS_ACCESS_KEY_ID, AWS_PROFILE), the shared files (~/.aws) and the role of this machine';
    return named(error.name, `no credentials are found in ${sources}: ${error.message}`, error);
  }
  return error;
}

function named(name: string, message: string, cause: Error): Error {
  const error = new Error(message, { cause });
  error.name = name;
  return error;
}
