import {
  type AgentStore,
  type Clock,
  ErrandError,
  type GroupRecord,
  type GroupStore,
  type Notifier,
  type RunRecord,
} from '@errand/core';
import { type Actor, checkSees } from '../actor.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';

export interface SeeGroupParts {
  readonly groups: Pick<GroupStore, 'get' | 'runs' | 'count'>;
  readonly agents: Pick<AgentStore, 'list'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

/** A group with its runs, and the names of their agents as far as they are still known. */
export interface SeenGroup {
  readonly group: GroupRecord;
  readonly runs: readonly RunRecord[];
  readonly nameOf: ReadonlyMap<string, string>;
}

/** One group; `not_found` where the actor may not see it. */
export async function seeGroup(parts: SeeGroupParts, actor: Actor, id: string): Promise<SeenGroup> {
  const group = await parts.groups.get(id);
  checkSees(actor, group?.owner, 'group');
  if (group === null) throw new ErrandError('not_found', 'there is no such group');
  const [runs, agents] = await Promise.all([parts.groups.runs(id), parts.agents.list(group.pool)]);
  return { group, runs, nameOf: new Map(agents.map((agent) => [agent.id, agent.name])) };
}

/** The group once all of its runs have ended, or as it is when `waitMs` are up or the signal aborts. */
export async function awaitGroup(
  parts: SeeGroupParts,
  { actor, id }: { readonly actor: Actor; readonly id: string },
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<SeenGroup> {
  const now = await seeGroup(parts, actor, id);
  if (waitMs === 0 || hasEnded(now)) return now;
  const look = async (): Promise<true | null> => {
    const counts = await parts.groups.count(id);
    return counts.some(({ status }) => OPEN.has(status)) ? null : true;
  };
  await waitFor(parts, { topics: [topics.group(id)], look, waitMs, signal });
  return await seeGroup(parts, actor, id);
}

const OPEN: ReadonlySet<string> = new Set(['queued', 'starting', 'running', 'unreachable', 'canceling']);

export function hasEnded({ runs }: Pick<SeenGroup, 'runs'>): boolean {
  return runs.every(({ state }) => state === 'finished');
}
