import type { EndedBy } from '@errand/core';
import type { ContainerInspectInfo } from 'dockerode';

/** How a container that does not run came to its end. The engine tells no signal from an exit status above 128. */
export function endOf({
  OOMKilled,
  ExitCode,
}: Pick<ContainerInspectInfo['State'], 'OOMKilled' | 'ExitCode'>): EndedBy {
  return OOMKilled ? { kind: 'out_of_memory' } : { kind: 'exited', code: ExitCode, signal: null };
}

/** Where the engine has the container's ports on loopback, by the port inside. */
export function portsOf({
  NetworkSettings: { Ports },
}: Pick<ContainerInspectInfo, 'NetworkSettings'>): ReadonlyMap<number, number> {
  const places = Object.entries(Ports ?? {}).flatMap(([inner, outer]) => {
    const at = (outer as { HostPort: string }[] | null)?.[0];
    return at === undefined ? [] : [[Number.parseInt(inner, 10), Number(at.HostPort)] as const];
  });
  return new Map(places);
}
