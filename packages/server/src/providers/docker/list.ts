import type { Found } from '@errand/core';
import type { ContainerInfo, VolumeInspectInfo } from 'dockerode';
import type { Engine } from './engine.ts';
import type { Leases } from './leases.ts';
import { handleOf, keyOfName, LABELS, placeOfLabels } from './names.ts';

/** Everything of this tag: containers, what is being made, and volumes whose container is gone. */
export async function list({ calls }: Engine, leases: Leases, tag: string): Promise<readonly Found[]> {
  const filters = { label: [`${LABELS.tag}=${tag}`] };
  // Volumes first: a container that is made meanwhile is then seen at least once.
  const { Volumes: volumes } = await calls.listVolumes({ filters });
  const containers = await calls.listContainers({ all: true, filters });
  const launches = new Set(containers.map(({ Labels }) => Labels[LABELS.launch]));
  const used = new Set(containers.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name)));
  const left = (volumes ?? []).filter(
    ({ Name, Labels }) => !used.has(Name) && !launches.has(Labels?.[LABELS.launch]),
  );
  const alone = new Map(left.map((volume) => [volume.Labels?.[LABELS.launch], volume]));
  for (const note of left.filter(isNote)) alone.set(note.Labels?.[LABELS.launch], note);
  return [
    ...containers.map((container) => foundContainer(container, leases)),
    ...[...alone.values()].map((volume) => foundVolume(volume, leases)),
  ];
}

const RUNNING = new Set(['created', 'running', 'paused', 'restarting']);

function foundContainer({ Labels, Names, State }: ContainerInfo, leases: Leases): Found {
  const place = placeOfLabels(Labels);
  const running = RUNNING.has(State);
  return {
    handle: handleOf(place),
    key: keyOfName(Names[0] ?? ''),
    sessionId: Labels[LABELS.session] ?? '',
    state: running ? 'running' : 'kept',
    leaseLeftMs: running ? leases.leftMs(place.launch) : null,
  };
}

function foundVolume(volume: VolumeInspectInfo, leases: Leases): Found {
  const place = placeOfLabels(volume.Labels ?? {});
  const making = isNote(volume);
  return {
    handle: handleOf(place),
    key: place.launch,
    sessionId: volume.Labels?.[LABELS.session] ?? '',
    state: making ? 'running' : 'kept',
    leaseLeftMs: making ? leases.leftMs(place.launch) : null,
  };
}

function isNote({ Labels }: VolumeInspectInfo): boolean {
  return Labels?.[LABELS.plan] !== undefined;
}
