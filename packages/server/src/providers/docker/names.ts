import { createHash } from 'node:crypto';
import type { Handle, LaunchRequest } from '@errand/core';

/** On everything that is made. Labels of a container never change; the key of its last start is its name. */
export const LABELS = {
  tag: 'errand.tag',
  session: 'errand.session',
  owner: 'errand.owner',
  subdomain: 'errand.subdomain',
  /** The key of the first launch: what handles and leases go by. */
  launch: 'errand.launch',
  /** Names of the volumes, a JSON array: part of the handle. */
  volumes: 'errand.volumes',
  /** A health check by command, as JSON. */
  health: 'errand.health',
  /** On the note of something that is being made: what is to be made, as JSON, secrets sealed. */
  plan: 'errand.plan',
} as const;

/** What a handle of this provider holds. */
export interface Place {
  readonly launch: string;
  readonly volumes: readonly string[];
}

export function handleOf({ launch, volumes }: Place): Handle {
  return { v: 1, data: { launch, volumes } };
}

export function placeOf({ data }: Handle): Place {
  const volumes = data['volumes'];
  return { launch: String(data['launch']), volumes: Array.isArray(volumes) ? volumes.map(String) : [] };
}

export function placeOfLabels(labels: Readonly<Record<string, string>>): Place {
  const volumes: unknown = JSON.parse(labels[LABELS.volumes] ?? '[]');
  return {
    launch: labels[LABELS.launch] ?? '',
    volumes: Array.isArray(volumes) ? volumes.map(String) : [],
  };
}

export function placeOfRequest(request: Pick<LaunchRequest, 'key' | 'tag' | 'owner' | 'spec'>): Place {
  return { launch: request.key, volumes: request.spec.volumes.map(({ name }) => volumeName(request, name)) };
}

export function labelsOf(request: Omit<LaunchRequest, 'env' | 'leaseMs'>): Record<string, string> {
  return {
    [LABELS.tag]: request.tag,
    [LABELS.session]: request.sessionId,
    [LABELS.owner]: request.owner,
    [LABELS.subdomain]: request.subdomain,
    [LABELS.launch]: request.key,
    [LABELS.volumes]: JSON.stringify(placeOfRequest(request).volumes),
  };
}

/** Also the name of the note of what is being made. */
export function containerName(key: string): string {
  return `errand-${key}`;
}

export function keyOfName(name: string): string {
  return name.replace(/^\/?errand-/, '');
}

/** One for each owner and name, whichever session asks for it; owners hold characters that volumes may not. */
export function volumeName({ tag, owner }: Pick<LaunchRequest, 'tag' | 'owner'>, name: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([tag, owner]))
    .digest('hex')
    .slice(0, 16);
  return `errand-${hash}-${name}`;
}
