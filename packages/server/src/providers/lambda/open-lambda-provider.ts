import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { FailureQueue } from './failure-queue.ts';
import { Failures, type FailuresParts } from './failures.ts';
import type { LambdaSettings } from './lambda-options.ts';
import { LambdaProvider, type LambdaProviderParts } from './provider.ts';

export interface LambdaParts extends Pick<LambdaProviderParts, 'url' | 'agents'> {
  readonly settings: LambdaSettings & { readonly failures?: string | undefined };
  readonly clients: {
    readonly lambda: () => Promise<LambdaClient>;
    readonly sqs: () => Promise<SQSClient>;
  };
  readonly clock: LambdaProviderParts['clock'] & FailuresParts['clock'];
  readonly onProblem: FailuresParts['onProblem'];
}

/** The provider, and the reader of its on-failure destination where one is named. Libraries are loaded with the first call. */
export function openLambdaProvider({ settings, clients, ...parts }: LambdaParts): LambdaProvider {
  const { failures: at } = settings;
  const queue = at === undefined ? null : new FailureQueue(clients.sqs, at);
  const failures = queue === null ? null : new Failures({ ...parts, queue });
  return new LambdaProvider({ ...parts, client: clients.lambda, settings, failures });
}
