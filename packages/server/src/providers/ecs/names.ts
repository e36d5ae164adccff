import type { Tag } from '@aws-sdk/client-ecs';
import type { Handle, LaunchRequest } from '@errand/core';

/** On everything that is made: tasks, their definitions, access points. */
export const TAGS = {
  tag: 'errand:tag',
  session: 'errand:session',
  owner: 'errand:owner',
  /** The key of the launch, or of the last start: what its agent goes by. */
  launch: 'errand:launch',
  /** Of an access point: the name of its volume. */
  volume: 'errand:volume',
  /** Of an access point that is being emptied. */
  erasing: 'errand:erasing',
} as const;

/** What a handle of this provider holds: the task is found by its launch, the definition by its session. */
export interface Place {
  readonly tag: string;
  readonly session: string;
  readonly launch: string;
}

export function handleOf({ tag, session, launch }: Place): Handle {
  return { v: 1, data: { tag, session, launch } };
}

export function placeOf({ data }: Handle): Place {
  return { tag: String(data['tag']), session: String(data['session']), launch: String(data['launch']) };
}

export function placeOfRequest({
  tag,
  sessionId,
  key,
}: Pick<LaunchRequest, 'tag' | 'sessionId' | 'key'>): Place {
  return { tag, session: sessionId, launch: key };
}

/** A session has one family of definitions, which stays as long as the session has anything at ECS. */
export function familyOf({ tag, session }: Pick<Place, 'tag' | 'session'>): string {
  return `${prefixOf(tag)}${session}`;
}

export function prefixOf(tag: string): string {
  return `errand-${tag}-`;
}

export function sessionOfFamily(tag: string, family: string): string {
  return family.slice(prefixOf(tag).length);
}

export function tagOf(tags: readonly Tag[] | undefined, name: string): string {
  return tags?.find(({ key }) => key === name)?.value ?? '';
}

export function tagsOf({ tag, sessionId, owner, key }: LaunchRequest): Tag[] {
  return [
    { key: TAGS.tag, value: tag },
    { key: TAGS.session, value: sessionId },
    { key: TAGS.owner, value: owner },
    { key: TAGS.launch, value: key },
  ];
}
