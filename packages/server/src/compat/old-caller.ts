import type { OperationId } from '@errand/contract/wire';
import type { Context } from 'hono';
import { targetIn } from '../http/audited.ts';
import type { Environment } from '../http/parts.ts';
import type { Services } from '../services.ts';
import type { Actor } from '../use-cases/actor.ts';
import { actorOfSecret } from '../use-cases/keys/authenticate.ts';
import { slowFailure } from '../use-cases/keys/slow-failure.ts';

/** Who calls with a key in the way of an older system; null, after a while: nobody that is known. A key that is not good is written down. */
export async function oldCaller(
  { authenticating, clock, audit }: Services,
  { env }: Context<Environment>,
  secret: string | null | undefined,
): Promise<Actor | null> {
  const isGiven = secret !== null && secret !== undefined && secret !== '';
  const actor = isGiven ? await actorOfSecret(authenticating, secret) : null;
  if (actor !== null) return actor;
  if (isGiven) await audit.refused({ action: 'authenticate', address: env.address ?? null });
  await slowFailure(clock);
  return null;
}

interface OldAct {
  readonly actor: Pick<Actor, 'id' | 'name' | 'owner'>;
  /** What it is among our operations. */
  readonly action: OperationId;
  /** What is known of it before; else the id of what comes of it. */
  readonly target?: string;
  /** null: this machine. */
  readonly address: string | null;
}

/** Does what an old caller asked for, and writes down who did it, as of everybody else. */
export async function recorded<Result>(
  { audit }: Pick<Services, 'audit'>,
  { target, ...act }: OldAct,
  work: () => Promise<Result>,
): Promise<Result> {
  const known = target ?? null;
  return await audit.follow({ ...act, target: known }, work, (result) => targetIn(result, known));
}
