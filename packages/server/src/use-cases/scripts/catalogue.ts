import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  covers,
  DEFAULTS,
  maySee,
  type OfferedRecord,
  type ScriptRecord,
  type ScriptStore,
} from '@errand/core';
import type { Actor } from '../actor.ts';
import type { FolderScript } from './folder-script.ts';

export interface CatalogueParts {
  readonly scripts: Pick<ScriptStore, 'get' | 'list' | 'offered'>;
  readonly agents: Pick<AgentStore, 'list'>;
  readonly clock: Pick<Clock, 'now'>;
  /** What lies in the folder that the configuration names, as it is now. */
  readonly folder: () => Promise<readonly FolderScript[]>;
}

/** A script that the control plane itself has. */
export type CentralScript =
  | { readonly origin: 'registered'; readonly script: ScriptRecord }
  | { readonly origin: 'folder'; readonly script: FolderScript };

/** A script as agents that are online offer it, those with the same file together. */
export interface OfferedScript {
  readonly origin: 'agents';
  readonly script: OfferedRecord;
  readonly agents: readonly AgentRecord[];
}

export type CatalogueEntry = CentralScript | OfferedScript;

/** Everything that the actor may call, by name. */
export async function listCatalogue(parts: CatalogueParts, actor: Actor): Promise<readonly CatalogueEntry[]> {
  const registered = (await parts.scripts.list(null)).filter(({ owner }) => mayCall(actor, owner));
  const entries: CatalogueEntry[] = [
    ...(await parts.folder()).map((script) => ({ origin: 'folder', script }) as const),
    ...registered.map((script) => ({ origin: 'registered', script }) as const),
    ...(await findOffered(parts, null)),
  ];
  return entries.toSorted((a, b) => compare(a.script.name, b.script.name));
}

/**
 * The script that a name means for an owner: its own, then that of the owner above it, and so on; then the one in the server's folder; then the one for
 * everybody.
 */
export async function findCentral(
  { scripts, folder }: Pick<CatalogueParts, 'scripts' | 'folder'>,
  name: string,
  owner: string,
): Promise<CentralScript | null> {
  for (const scope of [...scopesUp(owner), null]) {
    const found = await findOf({ scripts, folder }, name, scope);
    if (found !== null) return found;
  }
  return null;
}

/** The one of this owner, none of those above; null: the one for everybody, as those of the folder are. */
export async function findOf(
  { scripts, folder }: Pick<CatalogueParts, 'scripts' | 'folder'>,
  name: string,
  owner: string | null,
): Promise<CentralScript | null> {
  const inFolder = owner === null ? (await folder()).find((each) => each.name === name) : undefined;
  if (inFolder !== undefined) return { origin: 'folder', script: inFolder };
  const script = await scripts.get(owner, name);
  return script === null ? null : { origin: 'registered', script };
}

/**
 * What agents offer under a name (null: under any), the same file of several agents as one. By default of those that are online; else of all that
 * may come back.
 */
export async function findOffered(
  { scripts, agents, clock }: Pick<CatalogueParts, 'scripts' | 'agents' | 'clock'>,
  name: string | null,
  who: 'online' | 'known' = 'online',
): Promise<readonly OfferedScript[]> {
  const offered = await scripts.offered(name);
  if (offered.length === 0) return [];
  const heardSince = who === 'known' ? 0 : clock.now() - DEFAULTS.silentAfterMs - DEFAULTS.pollIdleMs;
  const able = new Map(
    (await agents.list(null))
      .filter((agent) => agent.lastSeenAt >= heardSince && agent.revokedAt === null && !agent.draining)
      .map((agent) => [agent.id, agent]),
  );
  const found = new Map<string, { script: OfferedRecord; agents: AgentRecord[] }>();
  for (const script of offered) {
    const agent = able.get(script.agentId);
    if (agent === undefined) continue;
    const key = `${script.name} ${script.sha256} ${agent.pool}`;
    const known = found.get(key) ?? { script, agents: [] };
    found.set(key, known);
    known.agents.push(agent);
  }
  return [...found.values()].map((each) => ({ origin: 'agents', ...each }));
}

/** Scripts of everybody, of the owners above, and of what the key acts for. */
export function mayCall(actor: Actor, owner: string | null): boolean {
  return owner === null || covers(owner, actor.owner) || maySee(actor, owner);
}

/** `acme/user-7`, then `acme`. */
function scopesUp(owner: string): readonly string[] {
  const segments = owner.split('/');
  return segments.map((_, index) => segments.slice(0, segments.length - index).join('/'));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
