import type { RunCreate } from '@errand/contract';
import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  ErrandError,
  type GroupPlace,
  type PoolRecord,
  type Provider,
  type RunRecord,
} from '@errand/core';
import type { Actor } from '../actor.ts';
import type { ScriptedRun } from '../scripts/call-script.ts';
import { type SessionTarget, type SessionTargetParts, sessionTarget } from '../sessions/session-target.ts';

/** Where runs go that name no pool: the machine of the control plane itself. */
export const LOCAL_POOL = 'local';

export interface RunPlaceParts {
  readonly agents: Pick<AgentStore, 'pool' | 'pools' | 'list'>;
  readonly clock: Pick<Clock, 'now'>;
  /** For runs whose target is a session. */
  readonly sessions: SessionTargetParts & {
    readonly providers: ReadonlyMap<string, Pick<Provider, 'capabilities'>>;
  };
}

/** Where a run goes, and what it belongs to. */
export interface RunPlace {
  readonly pool: PoolRecord;
  readonly agentId: string | null;
  readonly group: GroupPlace | null;
  /** The session in which it runs; null: in none. */
  readonly target: SessionTarget | null;
  readonly now: number;
}

/** A session decides pool and agent of what runs in it. */
export async function placeOf(
  parts: RunPlaceParts,
  actor: Actor,
  { request, scripted }: { readonly request: RunCreate; readonly scripted: ScriptedRun | null },
): Promise<RunPlace> {
  const common = { group: null, now: parts.clock.now() };
  if (request.session !== undefined) {
    const target = await sessionTarget(parts.sessions, actor, request.session);
    return { ...common, pool: target.pool, agentId: target.agentId, target };
  }
  const pool = await poolOf(parts.agents, actor, request.pool ?? scripted?.pool ?? LOCAL_POOL);
  checkLaunched(parts, pool, { request, scripted });
  const agentId = request.agent === undefined ? null : await namedAgent(parts.agents, pool, request.agent);
  return { ...common, pool, agentId, target: null };
}

/** In a session that is made for a run there is no agent to choose, and seldom a module host. */
function checkLaunched(
  { sessions }: Pick<RunPlaceParts, 'sessions'>,
  { name, launch }: PoolRecord,
  { request, scripted }: { readonly request: RunCreate; readonly scripted: ScriptedRun | null },
): void {
  if (launch === null) return;
  const refuse = (field: string, why: string): never => {
    throw new ErrandError('invalid', `the pool ${name} makes a session for each run; ${why}`, {
      details: { field },
    });
  };
  const kind = scripted?.command.kind;
  const hasHost = sessions.providers.get(launch.provider)?.capabilities.modules === true;
  if (kind === 'offered' || (kind === 'module' && !hasHost))
    refuse('script', 'a script that is a module does not run there; give a command or a shell text');
  if (Object.keys({ ...request.labels, ...scripted?.labels }).length > 0)
    refuse('labels', 'no agent with labels serves it; leave them out');
  if (request.caller) refuse('caller', 'the server starts it');
}

/** It belongs to the session's owner, and what it leaves in the background belongs to the session. */
export function inSession(run: RunRecord, target: SessionTarget | null): RunRecord {
  if (target === null) return run;
  const { spec } = run;
  if (spec.command.kind === 'module' || spec.command.kind === 'offered') {
    throw new ErrandError(
      'invalid',
      'a script that is a module does not run in a session; give a command or a shell text',
      {
        details: { field: 'script' },
      },
    );
  }
  const changed = { ...spec, keepChildren: true, session: target.sessionId };
  return { ...run, owner: target.owner, spec: changed };
}

/** The pool that is meant, if the actor may use it. */
export async function poolOf(
  agents: RunPlaceParts['agents'],
  actor: Actor,
  name: string,
): Promise<PoolRecord> {
  const pool = await agents.pool(name);
  if (pool === null) {
    const known = (await agents.pools()).map((each) => each.name).join(', ');
    throw new ErrandError('invalid', `there is no pool ${name}; known pools: ${known || 'none'}`, {
      details: { field: 'pool' },
    });
  }
  const { launch } = pool;
  // Where sessions for its runs are made by agents of another pool, that one decides.
  if (typeof launch?.['pool'] === 'string') await poolOf(agents, actor, launch['pool']);
  if (pool.adminOnly && actor.role !== 'admin') {
    const why = 'who runs as the server’s user owns the server';
    throw new ErrandError(
      'forbidden',
      `the pool ${name} is the server’s own machine and serves admin keys only: ${why}`,
    );
  }
  return pool;
}

async function namedAgent(
  agents: RunPlaceParts['agents'],
  pool: PoolRecord,
  wanted: string,
): Promise<string> {
  const found: AgentRecord[] = (await agents.list(pool.name)).filter(
    ({ id, name }) => id === wanted || name === wanted,
  );
  if (found[0] !== undefined && found.length === 1) return found[0].id;
  const problem = found.length === 0 ? 'has no agent' : 'has several agents';
  throw new ErrandError(
    'invalid',
    `the pool ${pool.name} ${problem} ${wanted}; errand agent ls shows their ids`,
    {
      details: { field: 'agent' },
    },
  );
}
