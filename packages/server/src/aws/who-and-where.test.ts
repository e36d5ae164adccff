import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-ecs';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { ProviderError } from '@errand/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { s3Error } from '../outputs/s3-error.ts';
import { ec2Error } from '../providers/ec2/ec2-error.ts';
import { ecsError } from '../providers/ecs/ecs-error.ts';
import { lambdaError } from '../providers/lambda/lambda-error.ts';
import { type AwsClients, awsClients } from './aws-clients.ts';
import type { AwsSettings } from './aws-settings.ts';

// Neither environment nor files nor a role of the machine say anything.
beforeEach(() => {
  const nobody = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const unset = ['AWS_REGION', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  for (const name of unset) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(nobody)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => vi.unstubAllEnvs());

const SETTINGS: AwsSettings = { endpoint: 'http://127.0.0.1:9', maxAttempts: 1 };
const CALLS: readonly (readonly [string, (clients: AwsClients) => Promise<unknown>])[] = [
  ['EC2', (clients) => ec2(clients).catch((error) => ec2Error(error, 'DescribeInstances'))],
  ['ECS', (clients) => ecs(clients).catch((error) => ecsError(error, 'ecs:ListClusters'))],
  ['Lambda', (clients) => lambda(clients).catch((error) => lambdaError(error, TRIED))],
  ['S3', (clients) => s3(clients).catch(s3Error)],
];
const TRIED = { permission: 'lambda:ListFunctions', of: 'all' };

it.each(CALLS)('a call of %s without a region says what to set', async (_name, call) => {
  using clients = awsClients(SETTINGS);
  const { kind, message } = (await call(clients)) as ProviderError;
  expect({ kind, message }).toEqual({
    kind: 'config',
    message: expect.stringContaining('set aws.region in errand.yaml, or AWS_REGION'),
  });
});

it.each(CALLS)('a call of %s as nobody says where credentials come from', async (_name, call) => {
  using clients = awsClients({ ...SETTINGS, region: 'eu-north-1' });
  const { kind, message } = (await call(clients)) as ProviderError;
  expect({ kind, message }).toEqual({
    kind: 'auth',
    message: expect.stringContaining('no credentials are found in the environment (AWS_ACCESS_KEY_ID'),
  });
});

async function ec2(clients: AwsClients): Promise<unknown> {
  return (await clients.ec2()).send(new DescribeInstancesCommand({}));
}
async function ecs(clients: AwsClients): Promise<unknown> {
  return (await clients.ecs()).send(new ListClustersCommand({}));
}
async function lambda(clients: AwsClients): Promise<unknown> {
  return (await clients.lambda()).send(new ListFunctionsCommand({}));
}
async function s3(clients: AwsClients): Promise<unknown> {
  return (await clients.s3()).send(new HeadBucketCommand({ Bucket: 'box' }));
}
