import type { Route } from '@errand/contract';
import { type OperationId, ROUTES } from '@errand/contract/wire';
import type { Act } from '../use-cases/audit/audit-trail.ts';
import type { Call } from './call.ts';

/**
 * Parts of a run that is listed itself (each key that is pressed in a terminal would be an entry), and what only looks though it takes a body.
 */
const NOT_LISTED: ReadonlySet<OperationId> = new Set([
  'writeInput',
  'resizeTerminal',
  'takeOver',
  'checkJob',
]);

/** Is a call of this operation written down? Everything by which people change something; what agents say all day is not. */
export function isAudited(id: OperationId, { access }: Route): boolean {
  const byPeople = access === 'any' || access === 'touch' || access === 'admin';
  return byPeople && ROUTES[id].method !== 'GET' && !NOT_LISTED.has(id);
}

/** What a call is written down as. */
export function actOf(id: OperationId, { actor, address, input }: Call<OperationId>): Act {
  return { actor, action: id, target: wordOf(input.params), address };
}

/** Id of what an operation made or changed; the word by which it was called where the answer does not say. */
export function targetIn(answer: unknown, called: string | null): string | null {
  if (answer instanceof Response) return called;
  const { id, session } = (answer ?? {}) as { readonly id?: unknown; readonly session?: unknown };
  if (typeof id === 'string') return id;
  return typeof session === 'object' ? targetIn(session, called) : called;
}

function wordOf(params: unknown): string | null {
  const { id, name } = (params ?? {}) as { readonly id?: string; readonly name?: string };
  return id ?? name ?? null;
}
