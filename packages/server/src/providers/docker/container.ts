import { argvOf, type LaunchRequest, type SessionSpec } from '@errand/core';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { commandHealthOf } from './command-health.ts';
import { DockerOptions } from './docker-options.ts';
import { KEEPER_FILE, KEEPER_FOLDER } from './keeper-volume.ts';
import { containerName, LABELS, labelsOf, volumeName } from './names.ts';

/**
 * The container for a request, with the keeper of that volume in it. The key is its name, so that a second one for the key is refused by the engine
 * itself.
 */
export function containerOf(
  request: Omit<LaunchRequest, 'leaseMs'>,
  { keeper, lease }: KeeperInContainer,
): ContainerCreateOptions {
  const { key, spec, env } = request;
  const options = DockerOptions.parse(spec.options);
  return {
    name: containerName(key),
    Image: spec.image ?? '',
    Labels: { ...labelsOf(request), ...healthLabel(spec) },
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: Object.fromEntries(spec.ports.map(({ port }) => [`${port}/tcp`, {}])),
    ...programOf(spec, options, lease),
    ...(options.user === undefined ? {} : { User: options.user }),
    HostConfig: hostConfig(request, options, keeper),
  };
}

function healthLabel({ health }: SessionSpec): Record<string, string> {
  const command = commandHealthOf(health);
  return command === null ? {} : { [LABELS.health]: JSON.stringify(command) };
}

/** What it needs of the keeper: its volume, and a lease of its own, where nobody beside it can see to that. */
export interface KeeperInContainer {
  readonly keeper: string;
  readonly lease: { readonly seconds: number; readonly image: ImageProgram } | null;
}

/** What the image would run. */
export interface ImageProgram {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

type Program = Pick<ContainerCreateOptions, 'Entrypoint' | 'Cmd'>;

function programOf(
  { command }: SessionSpec,
  options: DockerOptions,
  lease: KeeperInContainer['lease'],
): Program {
  const argv = command === null ? null : [...argvOf(command)];
  const hold = [`${KEEPER_FOLDER}/${KEEPER_FILE}`, 'hold', String(lease?.seconds ?? 0)];
  if (options.hold === true) return { Entrypoint: hold, Cmd: [] };
  if (lease === null)
    return {
      ...(argv === null ? {} : { Cmd: argv }),
      ...(options.entrypoint === undefined ? {} : { Entrypoint: options.entrypoint }),
    };
  // As the engine does it: with another entrypoint the command of the image does not count.
  const entrypoint = options.entrypoint ?? lease.image.entrypoint;
  const rest = argv ?? (options.entrypoint === undefined ? lease.image.command : []);
  return { Entrypoint: hold, Cmd: [...entrypoint, ...rest] };
}

function hostConfig(
  request: Omit<LaunchRequest, 'leaseMs'>,
  options: DockerOptions,
  keeper: string,
): HostConfig {
  const { cpus, memoryBytes, ports, volumes } = request.spec;
  return {
    // The engine must never bring back what we let end.
    RestartPolicy: { Name: 'no' },
    // What the main command writes must not fill the engine's disk.
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    // On loopback and at a port of the engine's choice: only our relay is meant to be reached.
    PortBindings: Object.fromEntries(
      ports.map(({ port }) => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
    ),
    Mounts: [
      ...volumes.map(({ name, path }) => ({
        Type: 'volume' as const,
        Source: volumeName(request, name),
        Target: path,
        VolumeOptions: {
          NoCopy: false,
          Labels: labelsOf(request),
          DriverConfig: { Name: 'local', Options: {} },
        },
      })),
      { Type: 'volume', Source: keeper, Target: KEEPER_FOLDER, ReadOnly: true },
    ],
    ...(cpus === null ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    // No swap on top: memory is what was asked for.
    ...(memoryBytes === null ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    ...(options.readOnlyRoot === true ? { ReadonlyRootfs: true } : {}),
    ...(options.tmpfs === undefined
      ? {}
      : { Tmpfs: Object.fromEntries(options.tmpfs.map((path) => [path, ''])) }),
    ...(options.capDrop === undefined ? {} : { CapDrop: options.capDrop }),
    ...(options.pids === undefined ? {} : { PidsLimit: options.pids }),
    ...(options.noNewPrivileges === false ? {} : { SecurityOpt: ['no-new-privileges'] }),
  };
}
