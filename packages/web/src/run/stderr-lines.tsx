import type { Answer, Run } from '@errand/sdk';
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { PLAIN } from '../log/ansi-style.ts';
import { LogRow } from '../log/log-row.tsx';
import type { LogLook } from '../log/log-rows.tsx';

type Line = Answer<'findLines'>['lines'][number];

const STEP = 500;
const ROW_HEIGHT = 20;
const NEAR = 1_500;
const AGAIN_MS = 2_000;

export interface StderrLinesProps {
  readonly run: Run;
  readonly attempt: number;
  readonly look: LogLook;
}

/** What went to stderr, from the end back, fetched as somebody scrolls up. */
export function StderrLines({ run, attempt, look }: StderrLinesProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const found = useStderr(run, attempt);
  const lines = (found.data?.pages ?? []).flatMap((page) => page.lines).toReversed();
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => lines[index]?.offset ?? index,
    overscan: 20,
    anchorTo: 'end',
  });
  const { hasNextPage, isFetching, fetchNextPage } = found;
  useEffect(() => {
    const element = scroller.current;
    const more = (): void => {
      if (element !== null && element.scrollTop < NEAR && hasNextPage && !isFetching) void fetchNextPage();
    };
    more();
    element?.addEventListener('scroll', more, { passive: true });
    return () => element?.removeEventListener('scroll', more);
  }, [hasNextPage, isFetching, fetchNextPage]);
  const items = rows.getVirtualItems();
  return (
    <div className="log relative flex min-h-0 flex-1 bg-term font-mono text-[13px] text-term-ink">
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="What went to stderr"
        tabIndex={0}
        className="absolute inset-0 overflow-auto overscroll-contain py-2"
      >
        {lines.length === 0 && <p className="px-3 font-sans text-term-muted">{whyNone(found)}</p>}
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          <div
            className="absolute top-0 left-0 w-full"
            style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}
          >
            {items.map(({ index, key }) => (
              <div key={key} data-index={index} ref={rows.measureElement}>
                <StderrRow line={lines[index]} look={look} />
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

function StderrRow({ line, look }: { readonly line: Line | undefined; readonly look: LogLook }): ReactNode {
  if (line === undefined) return null;
  const { wrap, times, wanted } = look;
  return (
    <LogRow
      text={line.text}
      style={PLAIN}
      stderr
      time={times ? line.time : null}
      wrap={wrap}
      wanted={wanted}
      current={false}
    />
  );
}

function useStderr(run: Run, attempt: number): UseInfiniteQueryResult<InfiniteData<Answer<'findLines'>>> {
  return useInfiniteQuery({
    queryKey: ['stderr', run.id, attempt],
    queryFn: async ({ pageParam, signal }) => {
      const wanted = { stream: 'stderr', direction: 'back', limit: STEP } as const;
      const from = pageParam === null ? {} : { from: pageParam };
      return await errand.runs
        .of(run)
        .findLines({ ...wanted, ...from, ...(attempt === 0 ? {} : { attempt }) }, { signal });
    },
    initialPageParam: null as number | null,
    getNextPageParam: ({ next, done }) => (done ? undefined : next),
    refetchInterval: run.endedAt === null ? AGAIN_MS : false,
  });
}

function whyNone({
  error,
  isFetching,
  hasNextPage,
}: {
  readonly error: Error | null;
  readonly isFetching: boolean;
  readonly hasNextPage: boolean;
}): string {
  if (error !== null) return sentenceOf(error);
  return isFetching || hasNextPage ? 'Looking for it.' : 'Nothing went to stderr.';
}
