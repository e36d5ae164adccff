import type * as Library from '@aws-sdk/client-ec2';
import type { EC2Client, Filter, Instance, RunInstancesCommandInput, Volume } from '@aws-sdk/client-ec2';
import { paged } from '../by-agent/paged.ts';
import { ec2Error } from './ec2-error.ts';

type Sdk = typeof Library;

/** All tries of one call together; what it has not done by then it will not do. */
const CALL_MS = 30_000;

interface Line {
  readonly sdk: Sdk;
  readonly client: EC2Client;
  readonly options: { readonly abortSignal: AbortSignal };
}

/** The calls of EC2 that are made, each with the permission of the same name. Errors are the port's. The library is loaded with the first of them. */
export class Ec2Calls {
  readonly #client: () => Promise<EC2Client>;

  constructor(client: () => Promise<EC2Client>) {
    this.#client = client;
  }

  /** ec2:RunInstances, with ec2:CreateTags on what it makes; iam:PassRole for an instance profile. */
  async run(request: RunInstancesCommandInput): Promise<Instance> {
    return await this.#call('RunInstances', async ({ sdk, client, options }) => {
      const { Instances: [made] = [] } = await client.send(new sdk.RunInstancesCommand(request), options);
      if (made === undefined) throw new Error('it made nothing and says nothing');
      return made;
    });
  }

  /** ec2:DescribeInstances. What was made or changed a moment ago may be missing or shown as it was. */
  async instances(filters: readonly Filter[]): Promise<readonly Instance[]> {
    return await this.#call('DescribeInstances', async ({ sdk, client, options }) =>
      paged(async (NextToken) => {
        const page = new sdk.DescribeInstancesCommand({ Filters: [...filters], NextToken });
        const { Reservations = [], NextToken: next } = await client.send(page, options);
        return { items: Reservations.flatMap(({ Instances = [] }) => Instances), next };
      }),
    );
  }

  /** ec2:DescribeVolumes. */
  async volumes(filters: readonly Filter[]): Promise<readonly Volume[]> {
    return await this.#call('DescribeVolumes', async ({ sdk, client, options }) =>
      paged(async (NextToken) => {
        const page = new sdk.DescribeVolumesCommand({ Filters: [...filters], NextToken });
        const { Volumes: items = [], NextToken: next } = await client.send(page, options);
        return { items, next };
      }),
    );
  }

  /** ec2:DescribeNetworkInterfaces; answers the ids of those that nothing uses. */
  async idleInterfaces(filters: readonly Filter[]): Promise<readonly string[]> {
    return await this.#call('DescribeNetworkInterfaces', async ({ sdk, client, options }) =>
      paged(async (NextToken) => {
        const idle = [...filters, { Name: 'status', Values: ['available'] }];
        const page = new sdk.DescribeNetworkInterfacesCommand({ Filters: idle, NextToken });
        const { NetworkInterfaces = [], NextToken: next } = await client.send(page, options);
        return { items: NetworkInterfaces.flatMap(({ NetworkInterfaceId: id }) => id ?? []), next };
      }),
    );
  }

  /** ec2:DescribeImages: the name of the first disk of an image; null: it does not say. */
  async rootDevice(image: string): Promise<string | null> {
    return await this.#call('DescribeImages', async ({ sdk, client, options }) => {
      const { Images } = await client.send(new sdk.DescribeImagesCommand({ ImageIds: [image] }), options);
      return Images?.[0]?.RootDeviceName ?? null;
    });
  }

  /** ec2:StartInstances, ec2:CreateTags: under a new key. */
  async start(
    instance: string,
    tags: readonly { readonly Key: string; readonly Value: string }[],
  ): Promise<void> {
    await this.#call('StartInstances', async ({ sdk, client, options }) => {
      await client.send(new sdk.StartInstancesCommand({ InstanceIds: [instance] }), options);
      await client.send(new sdk.CreateTagsCommand({ Resources: [instance], Tags: [...tags] }), options);
    });
  }

  /** ec2:StopInstances. */
  async stop(instance: string): Promise<void> {
    await this.#call('StopInstances', async ({ sdk, client, options }) => {
      await client.send(new sdk.StopInstancesCommand({ InstanceIds: [instance] }), options);
    });
  }

  /** ec2:TerminateInstances. */
  async terminate(instance: string): Promise<void> {
    await this.#call('TerminateInstances', async ({ sdk, client, options }) => {
      await client.send(new sdk.TerminateInstancesCommand({ InstanceIds: [instance] }), options);
    });
  }

  /** ec2:DetachVolume. */
  async detachVolume(volume: string, instance: string): Promise<void> {
    await this.#call('DetachVolume', async ({ sdk, client, options }) => {
      const about = { VolumeId: volume, InstanceId: instance };
      await client.send(new sdk.DetachVolumeCommand(about), options);
    });
  }

  /** ec2:DeleteVolume. */
  async deleteVolume(volume: string): Promise<void> {
    await this.#call('DeleteVolume', async ({ sdk, client, options }) => {
      await client.send(new sdk.DeleteVolumeCommand({ VolumeId: volume }), options);
    });
  }

  /** ec2:DeleteNetworkInterface. */
  async deleteInterface(id: string): Promise<void> {
    await this.#call('DeleteNetworkInterface', async ({ sdk, client, options }) => {
      await client.send(new sdk.DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }), options);
    });
  }

  async #call<Answer>(about: string, call: (line: Line) => Promise<Answer>): Promise<Answer> {
    try {
      const [sdk, client] = [await import('@aws-sdk/client-ec2'), await this.#client()];
      return await call({ sdk, client, options: { abortSignal: AbortSignal.timeout(CALL_MS) } });
    } catch (error) {
      throw ec2Error(error, about);
    }
  }
}
