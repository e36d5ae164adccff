import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import type { LogFeed } from './log-feed.ts';

/** A log that fits into the window needs no map. */
const SMALL_BYTES = 96 * 1024;

const STEPS: Readonly<Record<string, number>> = {
  ArrowUp: -0.01,
  ArrowDown: 0.01,
  PageUp: -0.1,
  PageDown: 0.1,
  Home: -1,
  End: 1,
};

export interface LogRailProps {
  readonly feed: LogFeed;
  /** Resolves when that place is shown. */
  readonly goTo: (offset: number) => Promise<void>;
}

/**
 * Where in the whole log one is, and the way to any other place: its height is the log, whatever its size. The lines beside it scroll by
 * themselves, as far as one likes.
 */
export function LogRail({ feed, goTo }: LogRailProps): ReactNode {
  const rail = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const [going, setGoing] = useState<number | null>(null);
  const { size, window } = feed;
  if (size <= SMALL_BYTES) return null;
  const shown =
    dragged ?? going ?? (feed.following ? 1 : Math.min(1, (window.start + window.length / 2) / size));
  const at = (event: PointerEvent): number => {
    const box = rail.current?.getBoundingClientRect();
    if (box === undefined || box.height === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
  };
  const go = (fraction: number): void => {
    if (fraction >= 1) return feed.openTail();
    setGoing(fraction);
    void arrive(fraction);
  };
  const arrive = async (fraction: number): Promise<void> => {
    await goTo(Math.floor(fraction * size));
    setGoing((now) => (now === fraction ? null : now));
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    go(Math.min(1, Math.max(0, shown + step)));
  };
  return (
    <div ref={rail} className="pointer-events-none absolute inset-y-3 right-0 z-10 w-11">
      <div
        role="scrollbar"
        tabIndex={0}
        aria-label="Place in the whole output"
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(shown * 100)}
        aria-controls="main"
        className="group pointer-events-auto absolute right-0 flex h-11 w-11 -translate-y-1/2 cursor-grab touch-none items-center justify-end rounded-control pr-1 active:cursor-grabbing"
        style={{ top: `${shown * 100}%` }}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragged(at(event));
        }}
        onPointerMove={(event) => dragged !== null && setDragged(at(event))}
        onPointerUp={(event) => {
          setDragged(null);
          go(at(event));
        }}
      >
        {dragged !== null && (
          <span className="mr-2 rounded bg-term-raised px-2 py-1 font-sans text-xs text-term-ink">
            {Math.round(dragged * 100)} %
          </span>
        )}
        <span className="h-9 w-1.5 rounded-full bg-term-muted group-hover:bg-term-ink" />
      </div>
    </div>
  );
}
