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
  /** How commands reach the machine; none: by its agent. */
  connect: 'errand:connect',
} as const;

/** What a handle of this provider holds. `instance` is empty where only disks are left. */
export interface Place {
  readonly instance: string;
  readonly launch: string;
  readonly session: string;
  /** Absent: by its agent. */
  readonly connect?: 'ssm' | undefined;
}

export function handleOf({ instance, launch, session, connect }: Place): Handle {
  return { v: 1, data: { instance, launch, session, ...(connect === undefined ? {} : { connect }) } };
}

export function placeOf({ data }: Handle): Place {
  return {
    instance: String(data['instance']),
    launch: String(data['launch']),
    session: String(data['session']),
    ...reached(data['connect']),
  };
}

export function placeOfInstance({ InstanceId: instance = '', Tags }: Instance): Place {
  return {
    instance,
    launch: tagOf(Tags, TAGS.launch),
    session: tagOf(Tags, TAGS.session),
    ...reached(tagOf(Tags, TAGS.connect)),
  };
}

function reached(connect: unknown): Pick<Place, 'connect'> {
  return connect === 'ssm' ? { connect } : {};
}

export function tagOf(tags: readonly Tag[] | undefined, name: string): string {
  return tags?.find(({ Key }) => Key === name)?.Value ?? '';
}

export function tagsOf({ tag, sessionId, owner, key, subdomain, spec }: LaunchRequest): Tag[] {
  const named = { ...TAGS, name: 'Name' };
  const { connect } = spec.options;
  const values = {
    tag,
    session: sessionId,
    owner,
    launch: key,
    key,
    name: `errand ${subdomain}`,
    ...(connect === 'ssm' ? { connect } : {}),
  };
  return Object.entries(values).map(([name, Value]) => ({ Key: named[name as keyof typeof named], Value }));
}
