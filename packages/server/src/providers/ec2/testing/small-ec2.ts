import type { EC2Client, Filter, Instance, Tag, Volume } from '@aws-sdk/client-ec2';
import {
  answerOf,
  pageOf,
  type SmallAnswers,
  type SmallCommand,
} from '../../../aws/testing/small-service.ts';

type Input = {
  readonly Filters?: readonly Filter[];
  readonly InstanceIds?: readonly string[];
  readonly Resources?: readonly string[];
  readonly Tags?: readonly Tag[];
  readonly VolumeId?: string;
  readonly NextToken?: string;
};

/**
 * As much of EC2 as there is in machines and disks that change when they are told to, for cases that must choose the moment. What EC2 itself makes of a request
 * the emulator knows; what is done with its answers is seen here.
 */
export class SmallEc2 {
  readonly machines: Instance[] = [];
  readonly disks: Volume[] = [];
  /** Calls that change something, in their order: `StopInstances i-1`. */
  readonly done: string[] = [];
  /** What `RunInstances` was asked. */
  readonly asked: object[] = [];
  /** Called before each call, by its name; what it throws is the answer. */
  trouble: (call: string) => void = () => undefined;

  readonly client = async (): Promise<EC2Client> =>
    ({ send: async (command: SmallCommand) => answerOf(this, ANSWERS, command) }) as unknown as EC2Client;

  /** A machine that is there, with these tags of ours. */
  machine(id: string, state: string, tags: Readonly<Record<string, string>>, more: Instance = {}): void {
    const disks = [{ DeviceName: '/dev/sda1' }];
    this.machines.push({
      InstanceId: id,
      State: { Name: state as 'running' },
      Tags: tagsOf(tags),
      BlockDeviceMappings: disks,
      ...more,
    });
  }

  disk(id: string, tags: Readonly<Record<string, string>>, more: Volume = {}): void {
    this.disks.push({ VolumeId: id, State: 'available', Tags: tagsOf(tags), ...more });
  }

  turn(id: string, state: string): void {
    for (const each of this.machines) if (each.InstanceId === id) each.State = { Name: state as 'running' };
  }
}

const ANSWERS: SmallAnswers<SmallEc2, Input> = {
  RunInstances: (ec2, input) => {
    ec2.asked.push(input);
    const id = `i-${ec2.asked.length}`;
    ec2.done.push(`RunInstances ${id}`);
    ec2.machine(id, 'running', {});
    return { Instances: ec2.machines.slice(-1) };
  },
  DescribeInstances: ({ machines }, { Filters = [], NextToken }) => {
    const of = { 'instance-id': ({ InstanceId }: Instance) => InstanceId, 'instance-state-name': stateOf };
    const { page, next } = pageOf(machines.filter(fits(Filters, of)), NextToken);
    return { Reservations: [{ Instances: page }], NextToken: next };
  },
  DescribeVolumes: ({ disks }, { Filters = [], NextToken }) => {
    const { page, next } = pageOf(disks.filter(fits(Filters, { status: ({ State }) => State })), NextToken);
    return { Volumes: page, NextToken: next };
  },
  DescribeNetworkInterfaces: () => ({ NetworkInterfaces: [] }),
  StartInstances: (ec2, { InstanceIds: [id = ''] = [] }) => noted(ec2, `StartInstances ${id}`),
  StopInstances: (ec2, { InstanceIds: [id = ''] = [] }) => noted(ec2, `StopInstances ${id}`),
  TerminateInstances: (ec2, { InstanceIds: [id = ''] = [] }) => noted(ec2, `TerminateInstances ${id}`),
  DeleteVolume: (ec2, { VolumeId }) => noted(ec2, `DeleteVolume ${VolumeId}`),
  CreateTags: (ec2, { Resources: [id = ''] = [], Tags = [] }) => {
    for (const each of ec2.machines)
      if (each.InstanceId === id) {
        const kept = (each.Tags ?? []).filter(({ Key }) => Tags.every((tag) => tag.Key !== Key));
        each.Tags = [...kept, ...Tags];
      }
    return noted(ec2, `CreateTags ${id}`);
  },
};

function noted(ec2: SmallEc2, what: string): object {
  ec2.done.push(what);
  return {};
}

function stateOf({ State }: Instance): string | undefined {
  return State?.Name;
}

function fits<Thing extends { Tags?: Tag[] | undefined }>(
  filters: readonly Filter[],
  fields: Readonly<Record<string, (thing: Thing) => string | undefined>>,
): (thing: Thing) => boolean {
  const valueOf = (thing: Thing, name: string): string =>
    (name.startsWith('tag:')
      ? thing.Tags?.find(({ Key }) => `tag:${Key}` === name)?.Value
      : fields[name]?.(thing)) ?? '';
  return (thing) => filters.every(({ Name = '', Values = [] }) => Values.includes(valueOf(thing, Name)));
}

function tagsOf(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([name, Value]) => ({ Key: `errand:${name}`, Value }));
}
