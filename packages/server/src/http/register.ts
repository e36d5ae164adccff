import { API, type Route } from '@errand/contract';
import { type OperationId, ROUTES } from '@errand/contract/wire';
import { type Clock, ErrandError } from '@errand/core';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { faultSentence } from '../fault-sentence.ts';
import { type Actor, LOCAL_ACTOR } from '../use-cases/actor.ts';
import type { AuditTrail } from '../use-cases/audit/audit-trail.ts';
import type { AuthenticateParts } from '../use-cases/keys/authenticate.ts';
import type { Revocations } from '../use-cases/keys/revocations.ts';
import { aboutAnswer } from './about-answer.ts';
import { actOf, isAudited, targetIn } from './audited.ts';
import { authenticate, checkAccess } from './authentication.ts';
import type { Call, Handler, Handlers } from './call.ts';
import { invalidInput } from './error-response.ts';
import { checkOrigin, type GuardOptions } from './guards.ts';
import { jsonOf } from './json-body.ts';
import type { Environment } from './parts.ts';

export interface RegisterParts {
  readonly version: string;
  readonly handlers: Handlers;
  readonly authenticating: AuthenticateParts & { readonly clock: Clock };
  readonly guards: GuardOptions;
  /** Aborts when the server drains: answers that are held come back. */
  readonly draining: AbortSignal;
  readonly revocations: Revocations;
  readonly audit: AuditTrail;
}

/** Walks the contract: every route is authenticated, validated, handled and answered in the same way. */
export function registerRoutes(app: Hono<Environment>, parts: RegisterParts): void {
  for (const id of Object.keys(ROUTES) as OperationId[]) {
    const { method, path } = ROUTES[id];
    const route: Route = API[id];
    // The id selects schema and handler alike; TypeScript cannot follow the correlation through the loop.
    const handler = parts.handlers[id] as Handler<OperationId>;
    app.on(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), async (context) => {
      const actor = await actorOf(parts, route, context);
      checkAccess(route, actor);
      const call = await callOf(parts, route, actor, context);
      const answer = await answerOf(parts, { id, route, handler }, call);
      return respond(route, answer, aboutAnswer(parts.version, context));
    });
  }
}

interface Operation {
  readonly id: OperationId;
  readonly route: Route;
  readonly handler: Handler<OperationId>;
}

/** The call itself, written down where it changes something. */
async function answerOf(
  { audit }: RegisterParts,
  { id, route, handler }: Operation,
  call: Call<OperationId>,
): Promise<unknown> {
  if (!isAudited(id, route)) return await handler(call);
  const act = actOf(id, call);
  return await audit.follow<unknown>(
    act,
    () => handler(call),
    (answer) => targetIn(answer, act.target),
  );
}

async function actorOf(
  { authenticating, guards, audit }: RegisterParts,
  route: Route,
  context: Context<Environment>,
): Promise<Actor> {
  if (context.env.local) return LOCAL_ACTOR;
  checkOrigin(context.req.raw, guards);
  if (route.access !== 'open') return await keyOf({ authenticating, audit }, context);
  return { id: 'nobody', name: 'nobody', role: 'viewer', owner: 'nobody', expiresAt: null, local: false };
}

/** A key that is not good is written down; that somebody came without one is not. */
async function keyOf(
  { authenticating, audit }: Pick<RegisterParts, 'authenticating' | 'audit'>,
  { req: { raw }, env }: Context<Environment>,
): Promise<Actor> {
  try {
    return await authenticate(authenticating, raw);
  } catch (error) {
    const tried = raw.headers.has('authorization');
    if (tried && isRefusal(error))
      await audit.refused({ action: 'authenticate', address: env.address ?? null });
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ErrandError && error.code === 'unauthenticated';
}

async function callOf(
  { draining, revocations }: RegisterParts,
  route: Route,
  actor: Actor,
  context: Context<Environment>,
): Promise<Call<OperationId>> {
  const request = context.req.raw;
  const input = {
    params: parsed('path', route.params, context.req.param()),
    query: parsed('query', route.query, queryOf(context)),
    body:
      route.body === undefined || route.body === 'bytes'
        ? undefined
        : parsed('body', route.body, await jsonOf(request)),
  } as Call<OperationId>['input'];
  const body = route.body === 'bytes' ? (context.env.body ?? request.body) : null;
  // Most operations never look at it, and making one costs as much as a small answer.
  const signal = (): AbortSignal => AbortSignal.any([request.signal, draining, revocations.signalOf(actor)]);
  const hangUp = (): void => context.env.hangUp?.();
  const { address = null } = context.env;
  return { actor, address, input, headers: request.headers, request, body, signal, hangUp };
}

function parsed(where: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value, { error: faultSentence });
  if (!result.success) throw invalidInput(where, result.error);
  return result.data;
}

/** A parameter that comes once is text, one that comes more often a list. */
function queryOf(context: Context<Environment>): Record<string, string | string[]> {
  const lists = Object.entries(context.req.queries());
  return Object.fromEntries(
    lists.map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

/** Text with plain headers, given at once: the listener writes such an answer without making a stream of it. */
function respond(route: Route, answer: unknown, about: Readonly<Record<string, string>>): Response {
  const { status } = route;
  if (answer instanceof Response) {
    for (const [name, value] of Object.entries(about)) answer.headers.set(name, value);
    return answer;
  }
  if (route.answer === null) return new Response(null, { status, headers: about });
  const headers = { ...about, 'content-type': 'application/json' };
  return new Response(JSON.stringify(answer), { status, headers });
}
