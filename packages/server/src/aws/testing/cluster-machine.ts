import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
  type EC2ClientConfig,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { type ECSClient, RegisterContainerInstanceCommand } from '@aws-sdk/client-ecs';

/** Where a machine of a cluster is: in the network of its cloud, and for everybody else. */
export interface MachineAddress {
  readonly privately: string;
  readonly publicly: string;
  readonly network: string;
}

/** Gives a cluster of the emulator a machine with these addresses; answers its ARN there. */
export async function addMachine(
  { at, ecs, cluster }: { readonly at: EC2ClientConfig; readonly ecs: ECSClient; readonly cluster: string },
  { privately, publicly, network }: MachineAddress,
): Promise<string> {
  const ec2 = new EC2Client(at);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: network }));
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: network }));
  const { Instances: [machine] = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: Subnet?.SubnetId,
      PrivateIpAddress: privately,
    }),
  );
  const InstanceId = machine?.InstanceId;
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Address: publicly }));
  await ec2.send(new AssociateAddressCommand({ InstanceId, AllocationId }));
  ec2.destroy();
  const instanceIdentityDocument = JSON.stringify({ instanceId: InstanceId });
  const made = await ecs.send(new RegisterContainerInstanceCommand({ cluster, instanceIdentityDocument }));
  return made.containerInstance?.containerInstanceArn ?? '';
}
