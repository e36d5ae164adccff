import type { PoolRecord, PoolSettings } from '@errand/core';
import type { Services } from '../../services.ts';
import { changedVariables, sealed } from '../../use-cases/pools/pool-variables.ts';
import { changePool, noPool, putPool, removePool } from '../../use-cases/pools/set-pool.ts';
import type { SomeHandlers } from '../call.ts';
import { type AroundPools, presentPool } from '../present/pool.ts';

type PoolOperation = 'listPools' | 'getPool' | 'putPool' | 'changePool' | 'removePool';

export function poolHandlers(services: Services): SomeHandlers<PoolOperation> {
  const { agents } = services.store;
  const present = async (pool: PoolRecord): Promise<ReturnType<typeof presentPool>> =>
    presentPool(pool, await around(services, pool.name));
  return {
    listPools: async () => {
      const [pools, all] = await Promise.all([agents.pools(), around(services, null)]);
      return { pools: pools.map((pool) => presentPool(pool, all)) };
    },
    getPool: async ({ input: { params } }) => {
      const pool = await agents.pool(params.name);
      if (pool === null) throw noPool(params.name);
      return await present(pool);
    },
    putPool: async ({ input: { params, body } }) => {
      const { lostAfter: lostAfterMs, secretEnv, ...others } = body;
      const settings = { ...others, lostAfterMs, sealedEnv: sealed(services.poolSetting, secretEnv) };
      return await present(await putPool(services.poolSetting, params.name, settings));
    },
    changePool: async ({ input: { params, body } }) => {
      const { env = {}, secretEnv = {}, ...others } = body;
      const changed = await changedVariables(services.poolSetting, params.name, { env, secretEnv });
      const settings = { ...settingsOf(others), ...changed };
      return await present(await changePool(services.poolSetting, params.name, settings));
    },
    removePool: async ({ input: { params } }) => {
      await removePool(services.poolSetting, params.name);
      return undefined;
    },
  };
}

async function around({ store, clock }: Services, pool: string | null): Promise<AroundPools> {
  const [agents, counts] = await Promise.all([store.agents.list(pool), store.runs.countOpen()]);
  return { agents, counts, now: clock.now() };
}

interface Given {
  readonly limit?: number | null | undefined;
  readonly limitPerKey?: number | null | undefined;
  readonly paused?: boolean | undefined;
  readonly lostAfter?: number | undefined;
  readonly launch?: PoolRecord['launch'] | undefined;
}

function settingsOf({ lostAfter: lostAfterMs, ...others }: Given): Partial<PoolSettings> {
  const given = Object.entries({ ...others, lostAfterMs }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
