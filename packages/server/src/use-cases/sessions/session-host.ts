import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  ErrandError,
  type Notifier,
  type Provider,
  type SessionSpec,
} from '@errand/core';
import type { Actor } from '../actor.ts';
import { poolOf } from '../runs/run-place.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';
import type { SessionHosts } from './session-hosts.ts';

export interface HostParts {
  readonly agents: Pick<AgentStore, 'pool' | 'pools' | 'list'>;
  readonly hosts: Pick<SessionHosts, 'isAble' | 'isKnown' | 'all'>;
  readonly providers: ReadonlyMap<string, Pick<Provider, 'capabilities'>>;
  readonly clock: Clock;
  readonly notifier: Notifier;
}

/** Whoever was heard this long ago is expected back. */
const LATELY_MS = 60_000;

/**
 * The spec with the agent that makes it, the one that hosts the fewest. It is decided before anybody is asked, so that asking again asks
 * the same one. Waits up to `waitMs` for agents that were heard lately, but have not presented themselves since the control plane started.
 * Throws `invalid` where the pool has no such agent, and `conflict` where none can make it now.
 */
export async function withHost(
  parts: HostParts,
  actor: Actor,
  spec: SessionSpec,
  { waitMs }: { readonly waitMs: number },
): Promise<SessionSpec> {
  if (parts.providers.get(spec.provider)?.capabilities.inPool !== true || spec.pool === null) return spec;
  const { name: pool } = await poolOf(parts.agents, actor, spec.pool);
  const look = async (): Promise<AgentRecord | 'nobody' | null> => {
    const agents = await serving(parts, pool, spec.agent);
    return leastBusy(parts, agents) ?? (agents.some((agent) => isExpected(parts, agent)) ? null : 'nobody');
  };
  const signal = new AbortController().signal;
  const host = await waitFor(parts, { topics: [topics.hosts], look, waitMs, signal });
  if (host !== null && host !== 'nobody') return { ...spec, agent: host.id };
  const why = 'no agent there that can host sessions was heard since the control plane started';
  throw new ErrandError(
    'conflict',
    `the pool ${pool} cannot make it now: ${why}; it needs Linux and the keeper`,
  );
}

/** Those that may be asked. Throws `invalid` where there is none of that name. */
async function serving(
  { agents }: Pick<HostParts, 'agents'>,
  pool: string,
  named: string | null,
): Promise<readonly AgentRecord[]> {
  const all = await agents.list(pool);
  const wanted = all.filter(({ id, name }) => named === null || id === named || name === named);
  if (wanted.length > 0) return wanted.filter(({ draining, revokedAt }) => !draining && revokedAt === null);
  const why = `the pool ${pool} has no agent ${named ?? ''}; errand agent ls shows them`;
  throw new ErrandError('invalid', why, { details: { field: 'agent' } });
}

function leastBusy({ hosts }: HostParts, agents: readonly AgentRecord[]): AgentRecord | undefined {
  const sessions = hosts.all();
  const load = (id: string): number => sessions.filter(({ agentId }) => agentId === id).length;
  return agents.filter(({ id }) => hosts.isAble(id)).toSorted((a, b) => load(a.id) - load(b.id))[0];
}

function isExpected({ hosts, clock }: HostParts, { id, lastSeenAt }: AgentRecord): boolean {
  return !hosts.isKnown(id) && clock.now() - lastSeenAt < LATELY_MS;
}
