import type { Answer } from '@errand/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { errand } from './errand.ts';

export type Agent = Answer<'listAgents'>['agents'][number];
export type Pool = Answer<'listPools'>['pools'][number];

export interface Places {
  readonly pools: readonly Pool[];
  readonly agents: readonly Agent[];
}

const AGAIN_MS = 10_000;

export const PLACES = ['places'] as const;

/** Pools and agents, asked again and again: who is online changes without anybody doing anything here. */
export function usePlaces(): UseQueryResult<Places> {
  return useQuery({
    queryKey: PLACES,
    queryFn: async () => {
      const [pools, agents] = await Promise.all([errand.pools.list(), errand.agents.list()]);
      return { pools, agents };
    },
    refetchInterval: AGAIN_MS,
  });
}
