import { createHash } from 'node:crypto';
import type { SessionCreate, SessionSpecWish } from '@errand/contract';
import {
  type AgentStore,
  ErrandError,
  type InsertedSession,
  mayTouch,
  createSession as newSession,
  type Provider,
  type Quota,
  type SessionRecord,
  SUBDOMAINS,
  subdomainOf,
  teamOf,
} from '@errand/core';
import { OWN_POOL } from '../../own-agent.ts';
import type { Actor } from '../actor.ts';
import { topics } from '../topics.ts';
import type { SessionParts } from './session-parts.ts';
import { specOf } from './session-spec.ts';

export interface CreateSessionParts extends SessionParts {
  readonly agents: Pick<AgentStore, 'pool' | 'pools'>;
}

export interface SessionRequest {
  readonly request: SessionCreate;
  readonly idempotencyKey: string | null;
}

/** With a hundred thousand sessions open, one draw in two would still be free. */
const DRAWS = 40;

/** Writes down that somebody wants a session, or returns the one that the same Idempotency-Key made before. The reconciler makes it. */
export async function createSession(
  parts: CreateSessionParts,
  actor: Actor,
  { request, idempotencyKey }: SessionRequest,
): Promise<SessionRecord> {
  const owner = ownerOf(actor, request);
  const wish = wishOf(parts, request);
  const provider = providerNamed(parts, wish.provider);
  const spec = specOf({ seal: parts.seal, pool: OWN_POOL }, provider, wish);
  if (provider.capabilities.inPool && spec.pool !== null) await checkPool(parts.agents, actor, spec.pool);
  const now = parts.clock.now();
  const { template, params, name, tags } = request;
  const about = {
    id: parts.ids.next('ses', now),
    owner,
    createdBy: actor.id,
    name: name ?? null,
    tags: [...new Set(tags)],
    template: template === undefined ? null : { name: template, params: params ?? {} },
    spec,
  };
  const make = (subdomain: string): SessionRecord => newSession({ ...about, subdomain }, now);
  return await insert(parts, make, {
    quotas: quotasOf(parts, owner),
    idempotency:
      idempotencyKey === null ? null : { key: idempotencyKey, fingerprint: fingerprintOf(request) },
  });
}

function ownerOf(actor: Actor, { owner = actor.owner }: SessionCreate): string {
  if (mayTouch(actor, owner)) return owner;
  throw new ErrandError('forbidden', `this key acts for ${actor.owner}, not for ${owner}`);
}

function wishOf({ templates }: SessionParts, { template, params, ...wish }: SessionCreate): SessionSpecWish {
  return template === undefined ? wish : templates.resolve(template, params ?? {});
}

function providerNamed({ providers }: SessionParts, name: string | undefined): Provider {
  const provider = name === undefined ? [...providers.values()][0] : providers.get(name);
  if (provider !== undefined) return provider;
  const known = [...providers.keys()].join(', ') || 'none; name one in errand.yaml';
  throw new ErrandError('invalid', `there is no provider ${name ?? ''}; configured are: ${known}`, {
    details: { field: 'provider' },
  });
}

async function checkPool(agents: CreateSessionParts['agents'], actor: Actor, name: string): Promise<void> {
  const pool = await agents.pool(name);
  if (pool === null) {
    const known = (await agents.pools()).map((each) => each.name).join(', ');
    throw new ErrandError('invalid', `there is no pool ${name}; known pools: ${known || 'none'}`, {
      details: { field: 'pool' },
    });
  }
  if (!pool.adminOnly || actor.role === 'admin') return;
  const why = 'its commands run as the server’s user';
  throw new ErrandError('forbidden', `the pool ${name} makes sessions for admin keys only: ${why}`);
}

function quotasOf({ quotas }: SessionParts, owner: string): readonly Quota[] {
  const team = teamOf(owner);
  const ofTeam = { ownerScope: team, most: quotas.perTeam };
  return owner === team ? [ofTeam] : [{ ownerScope: owner, most: quotas.perOwner }, ofTeam];
}

async function insert(
  { sessions, notifier, random }: CreateSessionParts,
  make: (subdomain: string) => SessionRecord,
  how: Parameters<SessionParts['sessions']['insert']>[1],
): Promise<SessionRecord> {
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const session = make(subdomainOf(random() * SUBDOMAINS));
    const inserted = await sessions.insert(session, how);
    if (inserted.kind === 'subdomain_taken') continue;
    if (inserted.kind === 'repeated') return await earlier(sessions, inserted, how.idempotency?.fingerprint);
    if (inserted.kind !== 'inserted') throw refusal(inserted, session);
    notifier.pulse(topics.sessions, session.id);
    return session;
  }
  throw new ErrandError('unavailable', 'no subdomain was free; try again');
}

async function earlier(
  sessions: SessionParts['sessions'],
  { sessionId, fingerprint }: Extract<InsertedSession, { kind: 'repeated' }>,
  wanted: string | undefined,
): Promise<SessionRecord> {
  if (fingerprint !== wanted) {
    throw new ErrandError(
      'conflict',
      'this Idempotency-Key was used for another request; use a new one for a new session',
    );
  }
  const session = await sessions.get(sessionId);
  if (session === null)
    throw new ErrandError('gone', 'the session that this Idempotency-Key made is no longer kept');
  return session;
}

function refusal(
  inserted: Extract<InsertedSession, { kind: 'name_taken' | 'over_quota' }>,
  { name, owner }: SessionRecord,
): ErrandError {
  if (inserted.kind === 'name_taken') {
    const message = `${owner} has a session ${name ?? ''} already; choose another name, or delete that one`;
    return new ErrandError('conflict', message, { details: { field: 'name' } });
  }
  const { ownerScope, most } = inserted.quota;
  return new ErrandError(
    'conflict',
    `${ownerScope} has ${most} sessions, as many as it may; delete one (errand session ls shows them)`,
    { details: { quota: most, owner: ownerScope } },
  );
}

function fingerprintOf(request: SessionCreate): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}
