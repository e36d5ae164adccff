import type { Route } from '@errand/contract';
import { type Clock, ErrandError, ROLES } from '@errand/core';
import type { Actor } from '../use-cases/actor.ts';
import { type AuthenticateParts, actorOfCookie, actorOfSecret } from '../use-cases/keys/authenticate.ts';
import { slowFailure } from '../use-cases/keys/slow-failure.ts';
import { cookieOf } from './cookie.ts';

/** Who asks, by bearer key or by cookie. Rejects slowly with `unauthenticated`. */
export async function authenticate(
  parts: AuthenticateParts & { readonly clock: Clock },
  request: Request,
): Promise<Actor> {
  const secret = /^Bearer (\S{1,200})$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  const cookie = cookieOf(request);
  const actor =
    secret === undefined
      ? cookie === null
        ? null
        : await actorOfCookie(parts, cookie)
      : await actorOfSecret(parts, secret);
  if (actor !== null) return actor;
  await slowFailure(parts.clock);
  throw new ErrandError('unauthenticated', 'this needs a valid key: Authorization: Bearer err_...');
}

/** May a key of this role call the operation at all? What it may see and touch there is the use-case's to say. */
export function checkAccess({ access }: Route, actor: Actor): void {
  if (isAllowed(access, actor)) return;
  const able = ROLES.filter((role) => isAllowed(access, { role, local: false }));
  const only = able.length === 0 ? '' : `, only one with the role ${able.join(' or ')}`;
  throw new ErrandError('forbidden', `a key with the role ${actor.role} may not do this${only}`);
}

type Asking = Pick<Actor, 'role' | 'local'>;

function isAllowed(access: Route['access'], actor: Asking): boolean {
  return (
    access === 'open' ||
    (access === 'line' && (actor.local || actor.role === 'agent')) ||
    (access === 'agent' ? actor.role === 'agent' : actor.role === 'admin' || isEnough(access, actor))
  );
}

function isEnough(access: 'any' | 'touch' | 'admin' | 'line', { role }: Asking): boolean {
  if (access === 'admin' || access === 'line' || role === 'agent') return false;
  return access === 'any' || role !== 'viewer';
}
