import { createHash } from 'node:crypto';
import type { SessionCreate, SessionSpecWish } from '@errand/contract';
import {
  type AgentStore,
  ErrandError,
  type FileSpec,
  type InsertedSession,
  mayTouch,
  createSession as newSession,
  type Provider,
  type Quota,
  type RunStore,
  type SessionRecord,
  type SessionSpec,
  SUBDOMAINS,
  subdomainOf,
  teamOf,
} from '@errand/core';
import type { Actor } from '../actor.ts';
import { findArtifact } from '../artifacts/see-artifacts.ts';
import { LOCAL_POOL, poolOf } from '../runs/run-place.ts';
import { topics } from '../topics.ts';
import { type HostParts, withHost } from './session-host.ts';
import type { SessionParts } from './session-parts.ts';
import { specOf } from './session-spec.ts';
import type { ResolvedTemplate } from './session-templates.ts';
import { stayingOptions } from './staying-options.ts';
import { checkUpload } from './uploads.ts';

export interface CreateSessionParts extends SessionParts {
  readonly agents: Pick<AgentStore, 'pool' | 'pools' | 'list'>;
  readonly hosts: HostParts['hosts'];
  /** For files that they have kept. */
  readonly runs: Pick<RunStore, 'get'>;
}

export interface SessionRequest {
  readonly request: SessionCreate;
  readonly idempotencyKey: string | null;
  /** It is for commands that others send, and must stay for them without a command of its own. */
  readonly stays?: boolean | undefined;
}

/** With a hundred thousand sessions open, one draw in two would still be free. */
const DRAWS = 40;

/** An agent that has just joined, and every agent after a restart of the control plane, presents itself within this. */
const HOST_BACK_MS = 5_000;

/** Would such a session be asked for? Throws what {@link createSession} would throw for the request itself; makes nothing. */
export async function checkSession(
  parts: CreateSessionParts,
  actor: Actor,
  { request, stays }: Pick<SessionRequest, 'request' | 'stays'>,
): Promise<SessionSpec> {
  const { spec } = await wantedBy(parts, actor, { request, stays });
  if (parts.providers.get(spec.provider)?.capabilities.inPool === true && spec.pool !== null)
    await poolOf(parts.agents, actor, spec.pool);
  return spec;
}

/** Writes down that somebody wants a session, or returns the one that the same Idempotency-Key made before. The reconciler makes it. */
export async function createSession(
  parts: CreateSessionParts,
  actor: Actor,
  { request, idempotencyKey, stays }: SessionRequest,
): Promise<SessionRecord> {
  const owner = ownerOf(actor, request);
  const { spec: wanted, params } = await wantedBy(parts, actor, { request, stays });
  const spec = await withHost(parts, actor, wanted, { waitMs: HOST_BACK_MS });
  const now = parts.clock.now();
  const { template, name, tags } = request;
  const about = {
    id: parts.ids.next('ses', now),
    owner,
    createdBy: actor.id,
    name: name ?? null,
    tags: [...new Set(tags)],
    template: template === undefined ? null : { name: template, params },
    spec,
  };
  const make = (subdomain: string): SessionRecord => newSession({ ...about, subdomain }, now);
  return await insertSession(parts, make, {
    quotas: quotasOf(parts, owner),
    idempotency:
      idempotencyKey === null ? null : { key: idempotencyKey, fingerprint: fingerprintOf(request) },
  });
}

function ownerOf(actor: Actor, { owner = actor.owner }: SessionCreate): string {
  if (mayTouch(actor, owner)) return owner;
  throw new ErrandError('forbidden', `this key acts for ${actor.owner}, not for ${owner}`);
}

/** The spec of a wish that this provider will make, and where. Throws what is wrong with it, or `conflict` where it cannot be made now. */
export async function specFor(
  parts: CreateSessionParts,
  actor: Actor,
  provider: Provider,
  wish: SessionSpecWish,
): Promise<SessionSpec> {
  const { seal, fetchFrom } = parts;
  const about = { seal, pool: LOCAL_POOL, sourced: [], fetchFrom };
  return await withHost(parts, actor, specOf(about, provider, wish), { waitMs: 0 });
}

/** What the request, or the template that it names, asks for. */
async function wantedBy(
  parts: CreateSessionParts,
  actor: Actor,
  { request, stays }: Pick<SessionRequest, 'request' | 'stays'>,
): Promise<{ readonly spec: SessionSpec; readonly params: ResolvedTemplate['params'] }> {
  const { wish, files: sourced, params } = await wishOf(parts, request);
  const { seal, fetchFrom } = parts;
  const about = { seal, pool: LOCAL_POOL, sourced, fetchFrom };
  const provider = providerNamed(parts, wish.provider);
  if (provider.capabilities.onlyForRuns === true) throw onlyForRuns(provider);
  const spec = specOf(
    about,
    provider,
    stays === true ? { ...wish, options: stayingOptions(provider, wish) } : wish,
  );
  const files = await Promise.all((spec.files ?? []).map((file) => checkedFile(parts, actor, file)));
  return { spec: files.length === 0 ? spec : { ...spec, files }, params };
}

/** Throws where the actor has no such file to give. */
async function checkedFile(parts: CreateSessionParts, actor: Actor, file: FileSpec): Promise<FileSpec> {
  const { source } = file;
  if (source.kind === 'upload') await checkUpload(parts.blobs, actor, source.id);
  if (source.kind !== 'artifact') return file;
  const { token } = await findArtifact(parts, actor, { runId: source.run, path: source.path });
  return { ...file, source: { ...source, token } };
}

function onlyForRuns({ name }: Provider): ErrandError {
  const instead = `errand pool set fn --launch ${name} makes a pool for them`;
  return new ErrandError(
    'invalid',
    `the provider ${name} makes no sessions, it executes single runs; ${instead}`,
    {
      details: { field: 'provider' },
    },
  );
}

async function wishOf(
  { templates }: SessionParts,
  { template, params, ...wish }: SessionCreate,
): Promise<ResolvedTemplate> {
  if (template === undefined) return { wish, files: [], params: {} };
  const resolved = await templates.resolve(template, params ?? {});
  const { idle, maxLife } = wish;
  // Nobody can write them beside a template; a job has them for where the template says nothing.
  const limits = { ...(idle === undefined ? {} : { idle }), ...(maxLife === undefined ? {} : { maxLife }) };
  return { ...resolved, wish: { ...limits, ...resolved.wish } };
}

export function providerNamed(
  { providers }: Pick<SessionParts, 'providers'>,
  name: string | undefined,
): Provider {
  const provider = name === undefined ? [...providers.values()][0] : providers.get(name);
  if (provider !== undefined) return provider;
  const known = [...providers.keys()].join(', ') || 'none; name one in errand.yaml';
  throw new ErrandError(
    'invalid',
    `there is no provider ${name ?? ''}; configured in errand.yaml are: ${known}`,
    {
      details: { field: 'provider' },
    },
  );
}

function quotasOf({ quotas }: SessionParts, owner: string): readonly Quota[] {
  const team = teamOf(owner);
  const ofTeam = { ownerScope: team, most: quotas.perTeam };
  return owner === team ? [ofTeam] : [{ ownerScope: owner, most: quotas.perOwner }, ofTeam];
}

/** Stores what `make` makes of a subdomain, with the first that is free. Throws `conflict` for a name that is taken and a quota that is used up. */
export async function insertSession(
  { sessions, notifier, random }: Pick<SessionParts, 'sessions' | 'notifier' | 'random'>,
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
