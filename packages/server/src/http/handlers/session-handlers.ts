import { DEFAULTS, ErrandError, mayTouch, type SessionFilter, type SessionRecord } from '@errand/core';
import type { Services } from '../../services.ts';
import type { Actor } from '../../use-cases/actor.ts';
import { askSession } from '../../use-cases/sessions/ask-session.ts';
import { createSession } from '../../use-cases/sessions/create-session.ts';
import { diagnose } from '../../use-cases/sessions/diagnose.ts';
import { openSession } from '../../use-cases/sessions/open-session.ts';
import { awaitSession, followSession, isSettled, seeSession } from '../../use-cases/sessions/see-session.ts';
import { providerOf } from '../../use-cases/sessions/session-parts.ts';
import { shareSession } from '../../use-cases/sessions/share-session.ts';
import type { SomeHandlers } from '../call.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { idempotencyKeyOf } from '../idempotency-key.ts';
import { presentSession } from '../present/session.ts';

type WishOperation = 'startSession' | 'stopSession' | 'deleteSession' | 'extendSession' | 'holdSession';
type LookOperation = 'getSession' | 'listSessions' | 'sessionEvents' | 'diagnoseSessions' | 'listTemplates';

export function sessionHandlers(
  services: Services,
): SomeHandlers<'createSession' | WishOperation | LookOperation | 'openSession' | 'shareSession'> {
  return {
    createSession: async ({ actor, input: { body }, headers }) => {
      const idempotencyKey = idempotencyKeyOf(headers);
      const session = await createSession(services.sessions, actor, { request: body, idempotencyKey });
      return await presented(services, session);
    },
    ...reachHandlers(services),
    ...wishHandlers(services),
    ...lookHandlers(services),
  };
}

function reachHandlers(services: Services): SomeHandlers<'openSession' | 'shareSession'> {
  const parts = { ...services.authenticating, ...services.sessions };
  return {
    openSession: async ({ actor, input: { params, body } }) => {
      const wish = { word: params.id, port: body.port ?? null, path: body.path };
      const { expiresAt, ...opened } = await openSession(parts, actor, wish);
      return { ...opened, expiresAt: new Date(expiresAt).toISOString() };
    },
    shareSession: async ({ actor, input: { params, body } }) => {
      const wish = { word: params.id, level: body.level, forMs: body.for ?? null };
      const { session, link } = await shareSession(parts, actor, wish);
      return { session: await presented(services, session), link };
    },
  };
}

function wishHandlers(services: Services): SomeHandlers<WishOperation> {
  const { sessions, clock } = services;
  const plain =
    (kind: 'start' | 'stop' | 'delete') =>
    async ({ actor, input }: { actor: Actor; input: { params: { id: string } } }) => {
      const about = { actor, word: input.params.id };
      const intent = { kind, by: actor.name, now: clock.now() } as const;
      return await presented(services, await askSession(sessions, about, intent));
    };
  return {
    startSession: plain('start'),
    stopSession: plain('stop'),
    deleteSession: plain('delete'),
    extendSession: async ({ actor, input: { params, body } }) => {
      const now = clock.now();
      const intent = { kind: 'extend', until: now + body.by, by: actor.name, now } as const;
      return await presented(services, await askSession(sessions, { actor, word: params.id }, intent));
    },
    holdSession: async ({ actor, input: { params, body } }) => {
      const [now, by] = [clock.now(), actor.name];
      const about = { actor, word: params.id };
      if (body.release && (body.for !== undefined || body.note !== undefined))
        throw new ErrandError('invalid', 'release: true ends a hold; leave out for and note');
      if (body.release)
        return await presented(services, await askSession(sessions, about, { kind: 'release', by, now }));
      if (body.for === undefined)
        throw new ErrandError('invalid', 'give for (how long, such as 2h) or release: true');
      const hold = { until: now + body.for, by, note: body.note ?? null };
      return await presented(services, await askSession(sessions, about, { kind: 'hold', hold, now }));
    },
  };
}

function lookHandlers(services: Services): SomeHandlers<LookOperation> {
  const { sessions } = services;
  return {
    getSession: async ({ actor, input: { params, query }, signal }) => {
      if (query.wait === undefined)
        return await presented(services, await seeSession(sessions, actor, params.id));
      const waiting = { waitMs: Math.min(query.wait, DEFAULTS.waitMaxMs), signal: signal() };
      return await presented(services, await awaitSession(sessions, { actor, word: params.id }, waiting));
    },
    sessionEvents: async ({ actor, input: { params, query }, signal }) => {
      const waiting = { waitMs: Math.min(query.wait ?? 0, DEFAULTS.waitMaxMs), signal: signal() };
      const about = { actor, word: params.id, after: query.after };
      const { session, events } = await followSession(sessions, about, waiting);
      return {
        events: events.map(({ at, ...event }) => ({ ...event, at: new Date(at).toISOString() })),
        state: session.state,
        settled: isSettled(session),
      };
    },
    listSessions: async ({ actor, input: { query } }) => {
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
      const { limit } = query;
      const found = await sessions.sessions.list(filterOf(actor, query), { limit, after });
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        sessions: await Promise.all(found.map((session) => presented(services, session))),
        nextCursor: last === undefined ? null : encodeCursor(last),
      };
    },
    diagnoseSessions: async () => await diagnose(sessions, await sessions.tag()),
    listTemplates: async () => ({
      templates: sessions.templates.list().map(({ name, description, params }) => ({
        name,
        description,
        params,
      })),
    }),
  };
}

async function presented({ sessions, clock }: Services, session: SessionRecord) {
  const commands = session.launch === null ? 0 : await sessions.commands.busy(session.id);
  const ended = session.state === 'ready' ? await sessions.commands.lastEnd(session.id) : null;
  if (ended !== null) sessions.uses.note(session.id, 'run', ended);
  return presentSession(session, {
    provider: providerOf(sessions, session),
    place: sessions.place,
    use: sessions.uses.latest(session.id),
    commands,
    now: clock.now(),
  });
}

const OPEN = ['requested', 'creating', 'starting', 'ready', 'stopping', 'stopped', 'deleting'] as const;

interface ListQuery {
  readonly state?: SessionFilter['state'] | undefined;
  readonly all?: boolean | undefined;
  readonly owner?: string | undefined;
  readonly provider?: string | undefined;
  readonly name?: string | undefined;
}

function filterOf(actor: Actor, { state, all, owner, provider, name }: ListQuery): SessionFilter {
  const scope = owner ?? (actor.role === 'admin' ? undefined : actor.owner);
  // Viewers see what they may not touch, so their own scope is asked for as that of a member.
  if (scope !== undefined && actor.role !== 'admin' && !mayTouch({ ...actor, role: 'member' }, scope))
    throw new ErrandError('invalid', `this key sees the sessions of ${actor.owner} only`);
  const states = state ?? (all === true ? undefined : OPEN);
  return {
    ...(scope === undefined ? {} : { ownerScope: scope }),
    ...(states === undefined ? {} : { state: states }),
    ...(provider === undefined ? {} : { provider }),
    ...(name === undefined ? {} : { name }),
  };
}
