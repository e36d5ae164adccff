import type { BlockDeviceMapping, RunInstancesCommandInput, TagSpecification } from '@aws-sdk/client-ec2';
import type { LaunchRequest } from '@errand/core';
import { Ec2Options, type Ec2Settings, imageOf, parametersOf, sizeOf } from './ec2-options.ts';
import { tagsOf } from './names.ts';

/** The next place to try: a size, a zone or subnet, a market. null: as the parameters say. */
interface Candidate {
  readonly size: string | null;
  readonly zone: string | null;
  readonly subnet: string | null;
  readonly spot: boolean;
}

/** What RunInstances is asked, one request after the other until one finds room; the same for the same launch. */
export function machineRequests(
  settings: Ec2Settings,
  request: LaunchRequest,
  { userData, rootDevice }: { readonly userData: string; readonly rootDevice: string | null },
): readonly RunInstancesCommandInput[] {
  const options = Ec2Options.parse(request.spec.options);
  const own = parametersOf(settings, request.spec) as Partial<RunInstancesCommandInput>;
  const image = imageOf(settings, request.spec);
  return candidates(settings, request, options).map((candidate, index) => ({
    ...own,
    ...(image === null ? {} : { ImageId: image }),
    ...placed(own, candidate),
    MinCount: 1,
    MaxCount: 1,
    // Each request differs, so each has a token of its own.
    ClientToken: `${request.key}-${index}`,
    UserData: Buffer.from(userData).toString('base64'),
    TagSpecifications: tagged(own.TagSpecifications, request),
    MetadataOptions: {
      HttpTokens: 'required',
      HttpEndpoint: 'enabled',
      HttpPutResponseHopLimit: 1,
      ...own.MetadataOptions,
    },
    ...disks(own.BlockDeviceMappings, options.diskGiB, rootDevice),
  }));
}

function candidates(
  settings: Ec2Settings,
  { spec }: LaunchRequest,
  { sizes = [], zones, subnets, spot = false }: Ec2Options,
): readonly Candidate[] {
  const markets = spot === 'only' ? [true] : spot ? [true, false] : [false];
  const places = [
    ...(subnets ?? []).map((subnet) => ({ subnet, zone: null })),
    ...(zones ?? []).map((zone) => ({ subnet: null, zone })),
  ];
  const anywhere = places.length === 0 ? [{ subnet: null, zone: null }] : places;
  return markets.flatMap((market) =>
    [sizeOf(settings, spec), ...sizes].flatMap((size) =>
      anywhere.map((place) => ({ ...place, size, spot: market })),
    ),
  );
}

/** What the machine's own shutdown does: stop, so that its disks are kept. A spot machine cannot be stopped. */
function placed(
  own: Partial<RunInstancesCommandInput>,
  { size, zone, subnet, spot }: Candidate,
): Partial<RunInstancesCommandInput> {
  const isSpot = spot || own.InstanceMarketOptions?.MarketType === 'spot';
  return {
    ...(size === null ? {} : { InstanceType: size as NonNullable<RunInstancesCommandInput['InstanceType']> }),
    ...(zone === null ? {} : { Placement: { ...own.Placement, AvailabilityZone: zone } }),
    ...(subnet === null ? {} : { SubnetId: subnet }),
    ...(spot ? { InstanceMarketOptions: { MarketType: 'spot', ...own.InstanceMarketOptions } } : {}),
    InstanceInitiatedShutdownBehavior: isSpot
      ? 'terminate'
      : (own.InstanceInitiatedShutdownBehavior ?? 'stop'),
  };
}

const TAGGED = ['instance', 'volume', 'network-interface'] as const;

function tagged(own: readonly TagSpecification[] = [], request: LaunchRequest): TagSpecification[] {
  const ours = tagsOf(request);
  const asked = (type: string) => own.find(({ ResourceType }) => ResourceType === type)?.Tags ?? [];
  const names = (type: string) => new Set(asked(type).map(({ Key }) => Key));
  const others = own.filter(({ ResourceType }) => !TAGGED.some((type) => type === ResourceType));
  return [
    ...TAGGED.map((type) => ({
      ResourceType: type,
      // Somebody's own Name goes before ours; nothing else of ours can be taken away.
      Tags: [
        ...asked(type).filter(({ Key = '' }) => !Key.startsWith('errand:')),
        ...ours.filter(({ Key }) => Key !== 'Name' || !names(type).has('Name')),
      ],
    })),
    ...others,
  ];
}

/** Every disk ends with its machine. */
function disks(
  own: readonly BlockDeviceMapping[] = [],
  diskGiB: number | undefined,
  rootDevice: string | null,
): Pick<RunInstancesCommandInput, 'BlockDeviceMappings'> {
  const wanted = own.some(({ DeviceName }) => DeviceName === rootDevice)
    ? own
    : [...own, ...(rootDevice === null ? [] : [{ DeviceName: rootDevice }])];
  if (wanted.length === 0) return {};
  return {
    BlockDeviceMappings: wanted.map((disk: BlockDeviceMapping) => {
      const isRoot = diskGiB !== undefined && disk.DeviceName === rootDevice;
      if (disk.Ebs === undefined && !isRoot) return disk;
      const size = isRoot ? { VolumeSize: diskGiB } : {};
      return { ...disk, Ebs: { ...disk.Ebs, ...size, DeleteOnTermination: true } };
    }),
  };
}
