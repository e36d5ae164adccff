import type { EC2Client } from '@aws-sdk/client-ec2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '@errand/core';
import { Ec2Calls } from '../ec2-calls.ts';
import { Instances } from '../instances.ts';
import { SsmCalls, type SsmPlace } from './ssm-calls.ts';
import { SsmCarrier } from './ssm-carrier.ts';

interface Clients {
  readonly ec2: () => Promise<EC2Client>;
  readonly ssm: () => Promise<SSMClient>;
  readonly s3: () => Promise<S3Client>;
}

/** Whatever EC2 says of it, nothing of it runs. */
const OFF = new Set(['shutting-down', 'terminated', 'stopping', 'stopped']);

/** The carrier of one control plane, for its provider and its own agent. */
export function openSsmCarrier(
  { ec2, ssm, s3 }: Clients,
  place: SsmPlace,
  clock: Pick<Clock, 'steady' | 'sleep'>,
): SsmCarrier {
  const instances = new Instances(new Ec2Calls(ec2), clock);
  return new SsmCarrier({
    calls: new SsmCalls(ssm, s3, place),
    clock,
    isGone: async (machine) => {
      const seen = await instances.see(machine).catch(() => 'unsure' as const);
      return seen === 'gone' || (seen !== 'unsure' && OFF.has(seen.State?.Name ?? ''));
    },
  });
}
