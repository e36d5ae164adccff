import { ErrandError, isFinalState, type SessionRecord } from '@errand/core';
import type { Context, Hono } from 'hono';
import { checkOrigin } from '../../http/guards.ts';
import type { AppParts, Environment } from '../../http/parts.ts';
import type { Services } from '../../services.ts';
import { inOldShape } from '../old-answer.ts';
import type { SlicerConfig } from './config.ts';
import { type OldAsking, OldContainers } from './old-containers.ts';
import { actorOf, present, userOf } from './old-session.ts';
import { OldTokens, type OldUser, TokenRefusal } from './old-tokens.ts';

export interface SlicerParts {
  readonly services: Services;
  readonly config: SlicerConfig;
}

type Answer = (context: Context<Environment>, user: OldUser) => Promise<Response>;

/** Words of the old system for what goes into paths and addresses; nothing else is let in. */
const WORD = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The routes of AWS Slicer Service, with and without `/aws` before them: one container for each user and login, known by the cookie of their page or
 * a bearer token. What differs is listed in docs/migrating/004-slicer.md.
 */
export function slicerRoutes(
  app: Hono<Environment>,
  { guards }: Pick<AppParts, 'guards'>,
  { services, config }: SlicerParts,
): void {
  const tokens = new OldTokens(config);
  const answers = answersOf(services, config, tokens);
  const open =
    (answer: (context: Context<Environment>) => Promise<Response>) => (context: Context<Environment>) =>
      inOldShape(() => {
        if (!context.env.local) checkOrigin(context.req.raw, guards);
        return answer(context);
      }, detail);
  const asked = (answer: Answer) =>
    open(async (context) => {
      const user = await tokens.user(tokenOf(context.req.raw, config) ?? '');
      return user === null ? detail(401, 'unauthorised') : await answer(context, user);
    });
  for (const prefix of ['', '/aws']) {
    app.get(`${prefix}/start-container`, asked(answers.start));
    app.delete(`${prefix}/stop-container`, open(answers.stop));
    app.delete(`${prefix}/task-defination`, asked(answers.remove));
    app.get(`${prefix}/running-sessions`, asked(answers.running));
    app.get(`${prefix}/my-sessions`, asked(answers.mine));
    app.get(`${prefix}/all-sessions`, asked(answers.all));
    app.get(`${prefix}/ip-port`, asked(answers.ipPort));
    app.get(`${prefix}/current-user`, asked(answers.user));
  }
}

function answersOf(services: Services, config: SlicerConfig, tokens: OldTokens) {
  const containers = new OldContainers({ services, config });
  return {
    start: (context, user) => start(containers, context, asking(user, context)),
    stop: async (context) => {
      const user = await stopper(tokens, config, context.req.raw);
      return typeof user === 'string' ? detail(401, user) : await stop(containers, asking(user, context));
    },
    remove: (context, user) => remove(containers, asking(user, context)),
    running: (_context, user) => running(services, config, user),
    mine: (_context, user) => mine(services, config, user),
    all: (_context, user) => all(services, config, user),
    ipPort: (context, user) => ipPort(services, config, { context, user }),
    user: async ({ req }, { user }) => Response.json({ userId: user, accessToken: tokenOf(req.raw, config) }),
  } satisfies Record<string, Answer>;
}

function asking(user: OldUser, { env }: Context<Environment>): OldAsking {
  return { ...user, address: env.address ?? null };
}

/** As the old system answered whatever it refused. */
function detail(status: number, sentence: string): Response {
  return Response.json({ detail: sentence }, { status });
}

/** The cookie of the page, or a bearer token. */
function tokenOf({ headers }: Request, { cookie }: SlicerConfig): string | null {
  for (const part of (headers.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === cookie && value !== undefined && value !== '') return value;
  }
  return /^Bearer\s+(\S+)$/i.exec(headers.get('authorization')?.trim() ?? '')?.[1] ?? null;
}

/** A user by their cookie, or a service for them; a text: why neither. */
async function stopper(tokens: OldTokens, config: SlicerConfig, request: Request): Promise<OldUser | string> {
  const token = tokenOf(request, config);
  const user = token === null ? null : await tokens.user(token);
  if (user !== null) return user;
  try {
    return await tokens.service(request.headers.get('authorization'));
  } catch (error) {
    if (error instanceof TokenRefusal) return error.message;
    throw error;
  }
}

async function start(
  containers: OldContainers,
  { req }: Context<Environment>,
  user: OldAsking,
): Promise<Response> {
  // Following a link must not start what somebody pays for.
  if (req.header('sec-fetch-site') === 'cross-site')
    return detail(403, 'pages of other origins may not start containers');
  const [campId, tierId] = [req.query('campId') ?? '123', req.query('tierId') ?? '456'];
  const assets = req.queries('assets') ?? [];
  for (const [name, value] of [
    ['campId', campId],
    ['tierId', tierId],
    ...assets.map((each) => ['assets', each]),
  ] as const)
    if (!WORD.test(value ?? ''))
      return detail(400, `${name} may have letters, digits, dash and underscore, 64 at most`);
  const force = /^(1|true|yes|on)$/i.test(req.query('force') ?? '');
  try {
    return Response.json(await containers.start(user, { campId, tierId, assets, force }));
  } catch (error) {
    // The old system had this status for whatever kept a container from starting.
    if (error instanceof ErrandError && error.code === 'unavailable') return detail(500, error.message);
    throw error;
  }
}

async function stop(containers: OldContainers, user: OldAsking): Promise<Response> {
  return (await containers.stop(user))
    ? Response.json({ detail: 'success' })
    : detail(404, 'Container is not running for this user');
}

async function remove(containers: OldContainers, user: OldAsking): Promise<Response> {
  return (await containers.remove(user))
    ? Response.json(['Successfully deregistered'])
    : detail(404, 'Task definition not registered for this user');
}

async function running(services: Services, config: SlicerConfig, user: OldUser): Promise<Response> {
  const scope = user.admin ? config.team : actorOf(user, config.team).owner;
  return Response.json(
    byUser(
      services,
      (await open(services, scope)).filter(({ state }) => state === 'ready'),
    ),
  );
}

async function mine(services: Services, config: SlicerConfig, user: OldUser): Promise<Response> {
  const sessions = await open(services, actorOf(user, config.team).owner);
  return Response.json({
    userId: user.user,
    sessions: sessions.map((session) => {
      const { sessionHandle, url, ip, port, ikarusContainerId } = present(session, services.sessions.place);
      return { sessionHandle, url, ip, port, ikarusContainerId };
    }),
  });
}

async function all(services: Services, config: SlicerConfig, user: OldUser): Promise<Response> {
  if (!user.admin) return detail(403, 'forbidden');
  return Response.json(byUser(services, await open(services, config.team)));
}

async function ipPort(
  services: Services,
  config: SlicerConfig,
  { context, user }: { readonly context: Context<Environment>; readonly user: OldUser },
): Promise<Response> {
  const found = await services.store.sessions.bySubdomain(context.req.query('subdomain') ?? '');
  const [port] = found?.ports ?? [];
  const isOwn = found !== null && found.owner === actorOf(user, config.team).owner;
  if (!isOwn || port === undefined) return detail(403, 'forbidden');
  const place = `${port.host ?? '127.0.0.1'}:${port.outerPort}`;
  return new Response(place, { headers: { 'content-type': 'text/plain', 'x-slicer-ip': place } });
}

/** More than a team may have open by default. */
const MOST = 10_000;

async function open({ store }: Services, ownerScope: string): Promise<readonly SessionRecord[]> {
  const found = await store.sessions.list({ ownerScope }, { limit: MOST, after: null });
  return found.filter((session) => !isFinalState(session.state) && userOf(session) !== null);
}

function byUser({ sessions: { place } }: Services, sessions: readonly SessionRecord[]): readonly object[] {
  const users = Map.groupBy(sessions, (session) => userOf(session) ?? '');
  return [...users].map(([userId, theirs]) => ({
    userId,
    sessions: theirs.map((session) => present(session, place)),
  }));
}
