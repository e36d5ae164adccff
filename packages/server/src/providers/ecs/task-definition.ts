import type {
  ContainerDefinition,
  MountPoint,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
  Volume,
} from '@aws-sdk/client-ecs';
import type { LaunchRequest } from '@errand/core';
import { bringCommand, KEEPER, SOCKET, TOOLS, WORK } from './bring.ts';
import { EcsOptions } from './ecs-options.ts';
import type { EcsSettings } from './ecs-settings.ts';
import { familyOf, placeOfRequest, tagsOf } from './names.ts';
import { sizeOf } from './task-size.ts';

/** A volume of the session at EFS. */
export interface MountedVolume {
  /** In every container. */
  readonly path: string;
  /** Its id. */
  readonly accessPoint: string;
}

/** The containers of a task, by their names there. */
export const CONTAINERS = { tools: 'errand-tools', main: 'main', agent: 'errand-agent' } as const;

/** What each of our two containers takes of the memory of a task, about; no limit. */
const OURS_MIB = 128;

/**
 * What a task is made of: a container that brings agent and keeper onto a volume that all three share, and ends; that of the session, whose first process is
 * the keeper; and beside it the agent, below the switch. Where one of the last two ends, ECS ends the task. Nothing in it is secret.
 */
export function taskDefinition(
  settings: EcsSettings,
  request: LaunchRequest,
  { url, volumes }: { readonly url: string; readonly volumes: readonly MountedVolume[] },
): RegisterTaskDefinitionCommandInput {
  const { cpuUnits, memoryMiB } = sizeOf(settings, request.spec);
  const { executionRole, taskRole, launchType, networkMode, architecture } = settings;
  const shared = [...foldersIn(request), ...volumes.map(volumeAt(settings))];
  const containers = containersOf(settings, request, { url, shared: shared.map(({ mount }) => mount) });
  return {
    family: familyOf(placeOfRequest(request)),
    networkMode,
    requiresCompatibilities: [launchType === 'ec2' ? 'EC2' : 'FARGATE'],
    cpu: String(cpuUnits),
    memory: String(memoryMiB),
    runtimePlatform: {
      cpuArchitecture: architecture === 'arm64' ? 'ARM64' : 'X86_64',
      operatingSystemFamily: 'LINUX',
    },
    ...(executionRole === undefined ? {} : { executionRoleArn: executionRole }),
    ...(taskRole === undefined ? {} : { taskRoleArn: taskRole }),
    volumes: [{ name: TOOLS_VOLUME }, { name: WORK_VOLUME }, ...shared.map(({ volume }) => volume)],
    containerDefinitions: containers.map((each) => ({ ...each, ...logsOf(settings, each) })),
    tags: tagsOf(request),
  };
}

function containersOf(
  settings: EcsSettings,
  request: LaunchRequest,
  { url, shared }: { readonly url: string; readonly shared: readonly MountPoint[] },
): readonly ContainerDefinition[] {
  const { folders = [] } = EcsOptions.parse(request.spec.options);
  const [node = '', ...bring] = bringCommand(url, folders);
  const dependsOn = [{ containerName: CONTAINERS.tools, condition: 'SUCCESS' as const }];
  const mountPoints = [TOOLS_READ_ONLY, WORK_MOUNT, ...shared];
  const ours = { image: settings.agentImage, memoryReservation: OURS_MIB };
  const main = mainContainer(settings, request);
  return [
    {
      ...ours,
      name: CONTAINERS.tools,
      essential: false,
      entryPoint: [node],
      command: bring,
      mountPoints: [{ ...TOOLS_READ_ONLY, readOnly: false }, WORK_MOUNT, ...shared],
    },
    {
      ...main,
      memoryReservation: sizeOf(settings, request.spec).memoryMiB - 2 * OURS_MIB,
      dependsOn,
      mountPoints,
    },
    {
      ...ours,
      name: CONTAINERS.agent,
      essential: true,
      // What it is told is told with each start: RunTask says the rest.
      entryPoint: [KEEPER, 'hold'],
      command: ['1'],
      dependsOn,
      mountPoints,
    },
  ];
}

const TOOLS_VOLUME = 'errand-tools';
const WORK_VOLUME = 'errand-work';
const TOOLS_READ_ONLY: MountPoint = { sourceVolume: TOOLS_VOLUME, containerPath: TOOLS, readOnly: true };
const WORK_MOUNT: MountPoint = { sourceVolume: WORK_VOLUME, containerPath: WORK, readOnly: false };

function mainContainer({ networkMode }: EcsSettings, { spec }: LaunchRequest): ContainerDefinition {
  const { user, readOnlyRoot } = EcsOptions.parse(spec.options);
  return {
    name: CONTAINERS.main,
    image: spec.image ?? '',
    essential: true,
    entryPoint: [KEEPER],
    command: ['serve', SOCKET],
    portMappings: spec.ports.map(({ port }) => ({
      containerPort: port,
      protocol: 'tcp' as const,
      // ECS takes one that is free on the machine.
      ...(networkMode === 'bridge' ? { hostPort: 0 } : {}),
    })),
    ...(user === undefined ? {} : { user }),
    ...(readOnlyRoot === undefined ? {} : { readonlyRootFilesystem: readOnlyRoot }),
  };
}

/** What every container of a task sees under the same path. */
interface Shared {
  readonly volume: Volume;
  readonly mount: MountPoint;
}

function foldersIn({ spec }: LaunchRequest): readonly Shared[] {
  const { folders = [] } = EcsOptions.parse(spec.options);
  return folders.map((containerPath, at) => {
    const name = `folder-${at}`;
    return { volume: { name }, mount: { sourceVolume: name, containerPath, readOnly: false } };
  });
}

function volumeAt({ fileSystem: fileSystemId }: EcsSettings): (volume: MountedVolume, at: number) => Shared {
  return ({ path: containerPath, accessPoint }, at) => {
    const name = `volume-${at}`;
    const efsVolumeConfiguration = {
      fileSystemId,
      // Without it ECS refuses an access point.
      transitEncryption: 'ENABLED' as const,
      authorizationConfig: { accessPointId: accessPoint },
    };
    return {
      volume: { name, efsVolumeConfiguration },
      mount: { sourceVolume: name, containerPath, readOnly: false },
    };
  };
}

/** What of a definition is at EFS, and where. */
export function volumesIn({
  volumes = [],
  containerDefinitions = [],
}: TaskDefinition): readonly MountedVolume[] {
  const mounts = containerDefinitions.find(({ name }) => name === CONTAINERS.tools)?.mountPoints ?? [];
  return volumes.flatMap(({ name, efsVolumeConfiguration: efs }) => {
    const accessPoint = efs?.authorizationConfig?.accessPointId;
    const path = mounts.find(({ sourceVolume }) => sourceVolume === name)?.containerPath;
    return accessPoint === undefined || path === undefined ? [] : [{ path, accessPoint }];
  });
}

function logsOf({ logs }: EcsSettings, { name }: ContainerDefinition): Partial<ContainerDefinition> {
  if (logs === undefined) return {};
  const { driver, options } = logs;
  // That driver wants a name for each stream.
  const prefix = driver === 'awslogs' ? { 'awslogs-stream-prefix': name ?? '' } : {};
  return {
    logConfiguration: {
      logDriver: driver as NonNullable<ContainerDefinition['logConfiguration']>['logDriver'],
      options: { ...prefix, ...options },
    },
  };
}
