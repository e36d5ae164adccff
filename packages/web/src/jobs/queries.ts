import type { Job } from '@errand/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { errand } from '../api/errand.ts';
import { queryClient } from '../api/query-client.ts';

const JOBS = 'jobs';
const SOON_MS = 1_000;
const LATER_MS = 5_000;
const PAGE = 100;

/** The newest jobs. */
export function useJobs(): UseQueryResult<readonly Job[]> {
  return useQuery({
    queryKey: [JOBS, 'list'],
    queryFn: async ({ signal }) =>
      (await errand.request('listJobs', { query: { limit: PAGE } }, { signal })).jobs,
    refetchInterval: ({ state: { data } }) => (data?.some(isOpen) === true ? SOON_MS : LATER_MS),
  });
}

/** One job, kept fresh until it has finished and its session is dealt with. */
export function useJob(id: string): UseQueryResult<Job> {
  return useQuery({
    queryKey: [JOBS, 'one', id],
    queryFn: ({ signal }) => errand.request('getJob', { params: { id } }, { signal }),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isOpen(data) ? SOON_MS : false),
  });
}

/** Something newer was learned of a job. */
export function putJob(job: Job): void {
  queryClient.setQueryData([JOBS, 'one', job.id], job);
  void queryClient.invalidateQueries({ queryKey: [JOBS, 'list'] });
}

export function nameOf({ name, id }: Job): string {
  return name ?? id;
}

function isOpen({ endedAt, attempts }: Job): boolean {
  return endedAt === null || attempts.at(-1)?.settled === false;
}
