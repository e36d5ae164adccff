import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { EFSClient } from '@aws-sdk/client-efs';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { AwsSettings } from './aws-settings.ts';
import { type AnyClient, sayWhoAndWhere } from './who-and-where.ts';

/** A try that says nothing for so long is given up and made again. */
const TRY_MS = 15_000;
const CONNECT_MS = 3_000;
const FEW = 3;

/** The clients of AWS that this control plane uses: each is loaded when it is asked for first, and there is one of each. */
export interface AwsClients extends Disposable {
  ec2(): Promise<EC2Client>;
  ecs(): Promise<ECSClient>;
  efs(): Promise<EFSClient>;
  s3(): Promise<S3Client>;
  /** Tries few times by itself: who invokes a function says meanwhile what is in the way, and tries again. */
  lambda(): Promise<LambdaClient>;
  sqs(): Promise<SQSClient>;
  sts(): Promise<STSClient>;
  ssm(): Promise<SSMClient>;
}

/**
 * The one place where clients are made. A call that AWS throttles or does not answer is tried again here, up to `maxAttempts`, with longer and longer
 * pauses; and once one was throttled, all calls of its client are slowed down to what AWS lets through. So whoever calls sees only what remains an
 * error, and bounds the time of all tries by a signal of its own.
 */
export function awsClients(settings: AwsSettings): AwsClients {
  const made: AnyClient[] = [];
  const once = <Client extends AnyClient>(make: () => Promise<Client>): (() => Promise<Client>) => {
    let client: Promise<Client> | null = null;
    return () => {
      client ??= make().then((each) => {
        made.push(each);
        return sayWhoAndWhere(each);
      });
      return client;
    };
  };
  return {
    ec2: once(async () => new (await import('@aws-sdk/client-ec2')).EC2Client(common(settings))),
    ecs: once(async () => new (await import('@aws-sdk/client-ecs')).ECSClient(common(settings))),
    efs: once(async () => new (await import('@aws-sdk/client-efs')).EFSClient(common(settings))),
    s3: once(async () => {
      const { S3Client: Client } = await import('@aws-sdk/client-s3');
      // An emulator or a gateway has no host for each bucket.
      return new Client({ ...common(settings), forcePathStyle: settings.endpoint !== undefined });
    }),
    lambda: once(async () => {
      const { LambdaClient: Client } = await import('@aws-sdk/client-lambda');
      const maxAttempts = Math.min(settings.maxAttempts, FEW);
      return new Client({ ...common(settings), maxAttempts, retryMode: 'standard' });
    }),
    sqs: once(async () => new (await import('@aws-sdk/client-sqs')).SQSClient(common(settings))),
    sts: once(async () => new (await import('@aws-sdk/client-sts')).STSClient(common(settings))),
    ssm: once(async () => new (await import('@aws-sdk/client-ssm')).SSMClient(common(settings))),
    [Symbol.dispose]: () => {
      for (const client of made) client.destroy();
    },
  };
}

function common({ region, endpoint, maxAttempts }: AwsSettings) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts,
    retryMode: 'adaptive',
    requestHandler: { requestTimeout: TRY_MS, throwOnRequestTimeout: true, connectionTimeout: CONNECT_MS },
  };
}
