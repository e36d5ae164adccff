import { argvOf, type LaunchRequest } from '@errand/core';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { DockerOptions } from './docker-options.ts';
import { KEEPER_FOLDER } from './keeper-volume.ts';
import { containerName, labelsOf, volumeName } from './names.ts';

/**
 * The container for a request, with the keeper of that volume in it. The key is its name, so that a second one for the key is refused by the engine
 * itself.
 */
export function containerOf(request: Omit<LaunchRequest, 'leaseMs'>, keeper: string): ContainerCreateOptions {
  const { key, spec, env } = request;
  const options = DockerOptions.parse(spec.options);
  return {
    name: containerName(key),
    Image: spec.image ?? '',
    Labels: labelsOf(request),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: Object.fromEntries(spec.ports.map(({ port }) => [`${port}/tcp`, {}])),
    ...(spec.command === null ? {} : { Cmd: [...argvOf(spec.command)] }),
    ...(options.user === undefined ? {} : { User: options.user }),
    ...(options.entrypoint === undefined ? {} : { Entrypoint: options.entrypoint }),
    HostConfig: hostConfig(request, options, keeper),
  };
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
