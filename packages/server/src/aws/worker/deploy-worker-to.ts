import { ErrandError } from '@errand/core';
import { awsClients } from '../aws-clients.ts';
import type { AwsSettings } from '../aws-settings.ts';
import { type DeployedWorker, deployWorker, type WorkerWish } from './deploy-worker.ts';
import { roleArn } from './role-arn.ts';

export type { DeployedWorker };

export interface WorkerPlace {
  /** As `aws` in errand.yaml. */
  readonly aws: AwsSettings;
  readonly wish: WorkerWish;
}

/** Publishes the worker function, as whoever the standard chain of credentials says. Throws a sentence with what AWS said. */
export async function deployWorkerTo({ aws, wish }: WorkerPlace): Promise<DeployedWorker> {
  using clients = awsClients(aws);
  try {
    const role = wish.role === undefined ? undefined : await roleArn(() => clients.sts(), wish.role);
    return await deployWorker(await clients.lambda(), { ...wish, role });
  } catch (error) {
    if (error instanceof ErrandError) throw error;
    const said = error instanceof Error ? `${error.message} (${error.name})` : String(error);
    throw new ErrandError('unavailable', `AWS did not take the function: ${said}`, { cause: error });
  }
}
