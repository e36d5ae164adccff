import type { Answer, Run } from '@errand/sdk';
import { type InfiniteData, type QueryFilters, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { errand } from '../api/errand.ts';
import { queryClient } from '../api/query-client.ts';
import { putRun } from '../api/runs.ts';
import { queryOf, type RunFilter } from './run-filter.ts';

const RUNS = 'runs';
const PAGE = 50;

/** A busy server changes hundreds of runs a second; nobody reads a list that jumps so often. */
const LIST_AGAIN_MS = 1_000;
/** A search looks through thousands of runs, so changes elsewhere do not begin it anew. */
const SEARCH_AGAIN_MS = 10_000;

type Page = Answer<'listRuns'>;

export interface ListedRuns {
  readonly runs: readonly Run[] | undefined;
  readonly error: Error | null;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  /** Where a text was asked for: among how many runs. */
  readonly looked: number | null;
  readonly again: () => void;
}

/** Runs by newest, a page at a time, kept as they are now by what the server tells of changes. */
export function useRuns(filter: RunFilter): ListedRuns {
  const list = useInfiniteQuery({
    queryKey: [RUNS, filter],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === null ? {} : { cursor: pageParam };
      return await errand.request(
        'listRuns',
        { query: { ...queryOf(filter, Date.now()), ...cursor, limit: PAGE } },
        { signal },
      );
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: filter.text === undefined ? false : SEARCH_AGAIN_MS,
  });
  useLiveRuns();
  return {
    runs: list.data?.pages.flatMap((page) => page.runs),
    error: list.error,
    hasMore: list.hasNextPage,
    isLoadingMore: list.isFetchingNextPage,
    loadMore: () => void list.fetchNextPage(),
    looked: filter.text === undefined ? null : lookedIn(list.data?.pages ?? []),
    again: () => void list.refetch(),
  };
}

function lookedIn(pages: readonly Page[]): number {
  return pages.reduce((sum, { looked = 0 }) => sum + looked, 0);
}

/** One stream of changes while a list is looked at; none in the background, where connections are few. */
function useLiveRuns(): void {
  useEffect(() => {
    let stop = new AbortController();
    const start = (): void => {
      stop.abort();
      stop = new AbortController();
      if (!document.hidden) void listen(stop.signal);
    };
    start();
    document.addEventListener('visibilitychange', start);
    return () => {
      document.removeEventListener('visibilitychange', start);
      stop.abort();
    };
  }, []);
}

/** Every list of runs, but searches. */
const LISTS: QueryFilters = {
  predicate: ({ queryKey: [name, filter] }) => name === RUNS && (filter as RunFilter).text === undefined,
};

async function listen(signal: AbortSignal): Promise<void> {
  const refresh = throttled(
    () => {
      // Asking anew would break off what is on its way, such as the older ones that somebody just asked for.
      if (queryClient.isFetching(LISTS) > 0) refresh();
      else void queryClient.invalidateQueries(LISTS);
    },
    LIST_AGAIN_MS,
    signal,
  );
  try {
    for await (const { event, data } of errand.events({ signal })) {
      // What changed while there was no connection was not told.
      if (event === 'open') refresh();
      else if (event === 'run') learn(data as Run, refresh);
    }
  } catch {
    // Signed out, or no longer looked at: whoever looks again begins anew.
  }
}

/** A run that is in a list is changed in place; where it may enter or leave one, the list is asked for again. */
function learn(run: Run, refresh: () => void): void {
  putRun(run);
  let known = false;
  queryClient.setQueriesData<InfiniteData<Page>>({ queryKey: [RUNS] }, (data) => {
    if (data === undefined) return data;
    const pages = data.pages.map((page) => {
      if (!page.runs.some(({ id }) => id === run.id)) return page;
      known = true;
      return { ...page, runs: page.runs.map((each) => (each.id === run.id ? run : each)) };
    });
    return { ...data, pages };
  });
  if (!known || run.endedAt !== null) refresh();
}

function throttled(act: () => void, everyMs: number, signal: AbortSignal): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer));
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      act();
    }, everyMs);
  };
}
