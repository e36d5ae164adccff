import type { Answer, Run } from '@errand/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { errand } from '../api/errand.ts';

export type Script = Answer<'listScripts'>['scripts'][number];

const AGAIN_MS = 15_000;
const HISTORY = 20;

/** All scripts that may be called; agents come and go with theirs. */
export function useScripts(): UseQueryResult<readonly Script[]> {
  return useQuery({
    queryKey: ['scripts'],
    queryFn: async () => (await errand.request('listScripts', {})).scripts,
    refetchInterval: AGAIN_MS,
  });
}

export function useScript(name: string): UseQueryResult<Script> {
  return useQuery({
    queryKey: ['script', name],
    queryFn: () => errand.request('getScript', { params: { name } }),
  });
}

/** The last runs of a script with their results, the newest first. */
export function useScriptRuns(name: string): UseQueryResult<readonly Run[]> {
  return useQuery({
    queryKey: ['runs', 'of-script', name],
    queryFn: async () => {
      const { runs } = await errand.request('listRuns', { query: { script: name, limit: HISTORY } });
      // Lists carry no results.
      return await Promise.all(
        runs.map(async (run) =>
          run.hasResult ? await errand.request('getRun', { params: { id: run.id } }) : run,
        ),
      );
    },
    refetchInterval: AGAIN_MS,
  });
}
