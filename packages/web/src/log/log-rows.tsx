import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useCallback, useLayoutEffect, useRef } from 'react';
import type { LogFeed } from './log-feed.ts';
import { LogRow } from './log-row.tsx';
import type { LogLine } from './log-window.ts';

export interface LogLook {
  readonly wrap: boolean;
  readonly times: boolean;
  /** What is looked for, marked wherever it stands. */
  readonly wanted: string;
}

export interface LogRowsProps {
  readonly feed: LogFeed;
  /** Changes with the feed. */
  readonly version: number;
  readonly look: LogLook;
  /** Offset of the line to bring into view, once it is in the window. */
  readonly target: number | null;
  readonly scroller: RefObject<HTMLDivElement | null>;
}

const ROW_HEIGHT = 20;
const AT_END = 24;
/** Closer to an end of the window than this, more is fetched. */
const NEAR = 1_500;

/** The lines of a feed's window; only those in view are elements. */
export function LogRows({ feed, version, look, target, scroller }: LogRowsProps): ReactNode {
  const { lines } = feed.window;
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => lines[index]?.start ?? index,
    overscan: 20,
    useFlushSync: false,
  });
  useStayingPlace(feed, { version, scroller, rows });
  useTarget(lines, { target, version, rows });
  const items = rows.getVirtualItems();
  return (
    <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
      <div
        className={`absolute top-0 left-0 ${look.wrap ? 'w-full' : 'w-max min-w-full'}`}
        style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}
      >
        {items.map(({ index, key }) => (
          <div key={key} data-index={index} ref={rows.measureElement}>
            <Row feed={feed} line={lines[index]} look={look} target={target} />
          </div>
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly feed: LogFeed;
  readonly line: LogLine | undefined;
  readonly look: LogLook;
  readonly target: number | null;
}

function Row({ feed, line, look, target }: RowProps): ReactNode {
  if (line === undefined) return null;
  const { stream, time } = feed.window.originOf(line.start);
  return (
    <LogRow
      text={feed.window.textOf(line)}
      style={line.style}
      stderr={stream === 'stderr'}
      time={look.times ? time : null}
      wrap={look.wrap}
      wanted={look.wanted}
      current={target !== null && target >= line.start && target < line.end}
    />
  );
}

type Rows = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>;

interface Staying {
  readonly version: number;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly rows: Rows;
}

/** Follows the end, or keeps the line that is looked at where it is while others come and go around it. */
function useStayingPlace(feed: LogFeed, { version, scroller, rows }: Staying): void {
  const place = useRef({ offset: 0, delta: 0, start: 0, top: 0 });
  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const atEnd = scrollHeight - scrollTop - clientHeight < AT_END;
    if (feed.following && !atEnd && scrollTop < place.current.top) feed.setFollowing(false);
    else if (atEnd && feed.state !== 'browsing') feed.setFollowing(true);
    const first = rows.getVirtualItemForOffset(scrollTop);
    const line = feed.window.lines[first?.index ?? 0];
    const offset = line?.start ?? 0;
    place.current = {
      offset,
      delta: scrollTop - (first?.start ?? 0),
      start: feed.window.start,
      top: scrollTop,
    };
    if (scrollTop < NEAR) void feed.loadBefore();
    if (scrollHeight - scrollTop - clientHeight < NEAR) void feed.loadAfter();
  }, [feed, rows, scroller]);

  // At once: the first scrolling is that to a target.
  useLayoutEffect(() => {
    const element = scroller.current;
    element?.addEventListener('scroll', onScroll, { passive: true });
    return () => element?.removeEventListener('scroll', onScroll);
  }, [onScroll, scroller]);

  const height = rows.getTotalSize();
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (feed.following) {
      element.scrollTop = element.scrollHeight;
      // Whatever scrolls up from here on, the target among them, looks at something else than the end.
      place.current.top = element.scrollTop;
      return;
    }
    const { offset, delta, start } = place.current;
    if (start === feed.window.start || feed.window.length === 0) return;
    const index = indexAt(feed.window.lines, offset);
    place.current.start = feed.window.start;
    const [top] = rows.getOffsetForIndex(index, 'start') ?? [0];
    element.scrollTop = top + delta;
  }, [feed, version, height, rows, scroller]);
}

/** Brings a line into view as soon as it is there, once for each target. */
function useTarget(
  lines: readonly LogLine[],
  {
    target,
    version,
    rows,
  }: { readonly target: number | null; readonly version: number; readonly rows: Rows },
): void {
  const done = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (target === null || done.current === target) return;
    const index = indexAt(lines, target);
    const line = lines[index];
    if (line === undefined || target < line.start || target >= line.end) return;
    done.current = target;
    rows.scrollToIndex(index, { align: 'center' });
  }, [lines, target, version, rows]);
}

/** The line that holds the byte at an offset, or the one next to it. */
function indexAt(lines: readonly LogLine[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
