import type { Instance, Tag } from '@aws-sdk/client-ec2';
import type { Handle, LaunchRequest } from '@errand/core';

/** On everything that is made: machines, their disks and network interfaces. */
export const TAGS = {
  tag: 'errand:tag',
  session: 'errand:session',
  owner: 'errand:owner',
  /** The key of the first launch: what its agent and its disks go by. */
  launch: 'errand:launch',
  /** The key of the launch, or of the last start. */
  key: 'errand:key',
} as const;

/** What a handle of this provider holds. `instance` is empty where only disks are left. */
export interface Place {
  readonly instance: string;
  readonly launch: string;
  readonly session: string;
}

export function handleOf({ instance, launch, session }: Place): Handle {
  return { v: 1, data: { instance, launch, session } };
}

export function placeOf({ data }: Handle): Place {
  return {
    instance: String(data['instance']),
    launch: String(data['launch']),
    session: String(data['session']),
  };
}

export function placeOfInstance({ InstanceId: instance = '', Tags }: Instance): Place {
  return { instance, launch: tagOf(Tags, TAGS.launch), session: tagOf(Tags, TAGS.session) };
}

export function tagOf(tags: readonly Tag[] | undefined, name: string): string {
  return tags?.find(({ Key }) => Key === name)?.Value ?? '';
}

export function tagsOf({ tag, sessionId, owner, key, subdomain }: LaunchRequest): Tag[] {
  const named = { ...TAGS, name: 'Name' };
  const values = { tag, session: sessionId, owner, launch: key, key, name: `errand ${subdomain}` };
  return Object.entries(values).map(([name, Value]) => ({ Key: named[name as keyof typeof named], Value }));
}
