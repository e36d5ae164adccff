import type { Found } from '@errand/core';
import type { Ec2Calls } from './ec2-calls.ts';
import { handleOf, TAGS, tagOf } from './names.ts';

/** A disk that was made a moment ago may not be attached yet. */
const YOUNG_MS = 5 * 60_000;

/** Disks and network interfaces of a launch whose machine is gone: EC2 ends them with it, unless something came in between. */
export async function endLeftovers(calls: Ec2Calls, launch: string): Promise<'done' | 'pending'> {
  const filters = [{ Name: `tag:${TAGS.launch}`, Values: [launch] }];
  const [volumes, interfaces] = [await calls.volumes(filters), await calls.idleInterfaces(filters)];
  const left = volumes.filter(({ State }) => State !== 'deleted');
  for (const { VolumeId = '', State } of left) if (State === 'available') await calls.deleteVolume(VolumeId);
  for (const id of interfaces) await calls.deleteInterface(id);
  return left.length + interfaces.length === 0 ? 'done' : 'pending';
}

/** The disks of a launch whose machine is stopped. What somebody attached there by hand is not ours, and stays. */
export async function deleteDisks(calls: Ec2Calls, launch: string): Promise<'done' | 'pending'> {
  const volumes = await calls.volumes([{ Name: `tag:${TAGS.launch}`, Values: [launch] }]);
  const left = volumes.filter(({ State }) => State !== 'deleted');
  for (const { VolumeId = '', State, Attachments: [at] = [] } of left) {
    if (at?.State === 'attached') await calls.detachVolume(VolumeId, at.InstanceId ?? '');
    if (State === 'available') await calls.deleteVolume(VolumeId);
  }
  return left.length === 0 ? 'done' : 'pending';
}

/** Disks of this tag that nothing uses: for the sweep. */
export async function leftovers(calls: Ec2Calls, tag: string, now: number): Promise<readonly Found[]> {
  const free = [
    { Name: `tag:${TAGS.tag}`, Values: [tag] },
    { Name: 'status', Values: ['available'] },
  ];
  const old = (await calls.volumes(free)).filter(
    ({ CreateTime }) => CreateTime !== undefined && now - CreateTime.getTime() > YOUNG_MS,
  );
  const byLaunch = new Map(old.map(({ Tags }) => [tagOf(Tags, TAGS.launch), tagOf(Tags, TAGS.session)]));
  return [...byLaunch].map(([launch, session]) => ({
    handle: handleOf({ instance: '', launch, session }),
    key: launch,
    sessionId: session,
    state: 'kept',
    leaseLeftMs: null,
  }));
}
