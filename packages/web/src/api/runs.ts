import type { Run } from '@errand/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { errand } from './errand.ts';
import { queryClient } from './query-client.ts';

/** How often a run that has not ended is asked for; before its start changes come quickly, and its log tells of its end. */
const WAITING_AGAIN_MS = 1_000;
const RUNNING_AGAIN_MS = 5_000;

/** One run, kept fresh while it has not ended. */
export function useRun(id: string): UseQueryResult<Run> {
  return useQuery({
    queryKey: ['run', id],
    queryFn: async ({ signal }) => await errand.request('getRun', { params: { id } }, { signal }),
    refetchInterval: ({ state: { data } }) => (data === undefined ? false : againMs(data)),
  });
}

/** Something newer was learned of a run. Lists, logs and events do not carry its result, so that is asked for once it is there. */
export function putRun(run: Run): void {
  const key = ['run', run.id];
  const known = queryClient.getQueryData<Run>(key);
  const result = run.result ?? known?.result;
  queryClient.setQueryData(key, result === undefined ? run : { ...run, result });
  if (run.hasResult && result === undefined) void queryClient.invalidateQueries({ queryKey: key });
}

function againMs({ endedAt, status }: Run): number | false {
  if (endedAt !== null) return false;
  return status === 'running' ? RUNNING_AGAIN_MS : WAITING_AGAIN_MS;
}
