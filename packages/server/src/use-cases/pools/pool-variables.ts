import { ErrandError, LIMITS, type PoolSettings } from '@errand/core';
import { runEnvironment } from '../runs/run-environment.ts';
import { noPool, type SetPoolParts } from './set-pool.ts';

/** Names with their new values; null takes one away. */
type Changes = Readonly<Record<string, string | null>>;
type Texts = Readonly<Record<string, string>>;

/** Secrets as they are stored. */
export function sealed({ seal }: Pick<SetPoolParts, 'seal'>, secrets: Texts): Texts {
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, seal(value)]));
}

/** The variables of a pool after some were set and some taken away. A name that becomes a secret is in clear no longer, and the other way round. */
export async function changedVariables(
  parts: Pick<SetPoolParts, 'agents' | 'seal'>,
  name: string,
  { env, secretEnv }: { readonly env: Changes; readonly secretEnv: Changes },
): Promise<Partial<PoolSettings>> {
  if (Object.keys({ ...env, ...secretEnv }).length === 0) return {};
  const pool = await parts.agents.pool(name);
  if (pool === null) throw noPool(name);
  const kept = { env: without(pool.env, env), sealedEnv: without(pool.sealedEnv, secretEnv) };
  const set = { env: given(env), sealedEnv: sealed(parts, given(secretEnv)) };
  const variables = runEnvironment(kept, set);
  if (JSON.stringify(variables).length > LIMITS.envBytes)
    throw new ErrandError(
      'invalid',
      `the variables of the pool ${name} would have more than ${LIMITS.envBytes} bytes`,
    );
  return variables;
}

function given(changes: Changes): Texts {
  return Object.fromEntries(
    Object.entries(changes).filter((change): change is [string, string] => change[1] !== null),
  );
}

function without(variables: Texts, changes: Changes): Texts {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => changes[name] !== null));
}
