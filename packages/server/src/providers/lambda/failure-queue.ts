import type * as Library from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { lambdaError } from './lambda-error.ts';

/** A message that was received, and with what it is removed. */
export interface Failure {
  readonly text: string;
  readonly receipt: string;
}

/** SQS holds a call open for so long; shorter than a client of ours waits for an answer. */
const WAIT_SECONDS = 10;
const ARN = /^arn:[\w-]+:sqs:[\w-]+:(\d+):([\w-]+)$/;

/**
 * The on-failure destination, an SQS queue. `queue`: its URL, or its ARN. A message that was received shows again after the queue's visibility time-out,
 * unless it is removed. The library is loaded with the first call.
 */
export class FailureQueue {
  readonly #client: () => Promise<SQSClient>;
  readonly #queue: string;
  #url: Promise<string> | null = null;

  constructor(client: () => Promise<SQSClient>, queue: string) {
    this.#client = client;
    this.#queue = queue;
  }

  /** sqs:ReceiveMessage. What is there, or comes within some seconds. */
  async receive(signal: AbortSignal): Promise<readonly Failure[]> {
    return await this.#call('sqs:ReceiveMessage', async ({ sdk, client, url }) => {
      const wish = { QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: WAIT_SECONDS };
      const { Messages = [] } = await client.send(new sdk.ReceiveMessageCommand(wish), {
        abortSignal: signal,
      });
      return Messages.map(({ Body: text = '', ReceiptHandle: receipt = '' }) => ({ text, receipt }));
    });
  }

  /** sqs:DeleteMessage. */
  async remove(receipt: string): Promise<void> {
    await this.#call('sqs:DeleteMessage', async ({ sdk, client, url }) => {
      await client.send(new sdk.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt }));
    });
  }

  async #call<Answer>(permission: string, call: (line: Line) => Promise<Answer>): Promise<Answer> {
    try {
      const [sdk, client] = [await import('@aws-sdk/client-sqs'), await this.#client()];
      this.#url ??= this.#find(sdk, client);
      return await call({ sdk, client, url: await this.#url });
    } catch (error) {
      throw lambdaError(error, { permission, of: this.#queue });
    }
  }

  /** sqs:GetQueueUrl, where an ARN is given. */
  async #find(sdk: typeof Library, client: SQSClient): Promise<string> {
    const [, account, name] = ARN.exec(this.#queue) ?? [];
    if (name === undefined) return this.#queue;
    try {
      const wish = { QueueName: name, QueueOwnerAWSAccountId: account };
      return (await client.send(new sdk.GetQueueUrlCommand(wish))).QueueUrl ?? this.#queue;
    } catch (error) {
      this.#url = null;
      throw lambdaError(error, { permission: 'sqs:GetQueueUrl', of: this.#queue });
    }
  }
}

interface Line {
  readonly sdk: typeof Library;
  readonly client: SQSClient;
  readonly url: string;
}
