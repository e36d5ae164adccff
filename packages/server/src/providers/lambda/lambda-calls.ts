import type { LambdaClient } from '@aws-sdk/client-lambda';
import { lambdaError } from './lambda-error.ts';

/** All tries of one call together. */
export const CALL_MS = 15_000;

/** The one call of Lambda that is made. Errors are the port's. The library is loaded with it. */
export class LambdaCalls {
  readonly #client: () => Promise<LambdaClient>;

  constructor(client: () => Promise<LambdaClient>) {
    this.#client = client;
  }

  /** lambda:InvokeFunction. It has the event when this resolves; what comes of that nobody says here. */
  async invoke(name: string, event: object): Promise<void> {
    try {
      const [{ InvokeCommand }, client] = [await import('@aws-sdk/client-lambda'), await this.#client()];
      const Payload = Buffer.from(JSON.stringify(event));
      const command = new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload });
      await client.send(command, { abortSignal: AbortSignal.timeout(CALL_MS) });
    } catch (error) {
      throw lambdaError(error, { permission: 'lambda:InvokeFunction', of: name });
    }
  }
}
