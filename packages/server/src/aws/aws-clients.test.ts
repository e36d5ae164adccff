import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { requires } from '../../../../scripts/requires.ts';
import { awsClients } from './aws-clients.ts';
import { awsTools, EMULATED_CREDENTIALS, type Moto, startMoto } from './testing/moto-server.ts';

requires(awsTools)('the clients of AWS', () => {
  let moto: Moto;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
    moto = await startMoto();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await moto[Symbol.asyncDispose]();
  });

  it('reach the configured address as whoever the standard chain says, and are made once', async () => {
    using clients = awsClients(moto.settings);
    const [s3, ec2] = [await clients.s3(), await clients.ec2()];
    expect(await clients.s3()).toBe(s3);
    await s3.send(new CreateBucketCommand({ Bucket: 'box', CreateBucketConfiguration: NORTH }));
    await s3.send(new PutObjectCommand({ Bucket: 'box', Key: 'k', Body: 'hello' }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'box', Key: 'k' }));
    expect(await Body?.transformToString()).toBe('hello');
    expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  });
});

const NORTH = { LocationConstraint: 'eu-north-1' } as const;
