import type { Labels } from '@errand/core';
import type { Profile } from '../profile.ts';

/** What an agent says of itself. */
export function labelsOf({ crowded }: Pick<Profile, 'crowded'>, agentId: string): Labels {
  return crowded ? (LABELS[agentId] ?? {}) : {};
}

const LABELS: Readonly<Record<string, Labels>> = {
  agent_m1: { os: 'linux', zone: 'a' },
  agent_m2: { os: 'linux', zone: 'b' },
};
