import type { Run } from '@errand/sdk';
import { type ReactNode, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { sentenceOf } from '../api/sentence.ts';
import type { LogFeed } from './log-feed.ts';
import { type LogLook, LogRows } from './log-rows.tsx';

export interface LogViewProps {
  readonly feed: LogFeed;
  readonly run: Run;
  readonly look: LogLook;
  readonly target?: number | null;
  /** Takes all the room there is, rather than growing up to a part of the screen. */
  readonly fill?: boolean;
  /** What stands over the lines, for instance where in the log they are. */
  readonly children?: ReactNode;
}

/** The output of a run as a terminal would show it. */
export function LogView({ feed, run, look, target = null, fill = false, children }: LogViewProps): ReactNode {
  const version = useSyncExternalStore(feed.subscribe, feed.version);
  const scroller = useRef<HTMLDivElement>(null);
  // What is inside it finds it only once it is there: lines that came with it would begin at the top, and stay there.
  const [isThere, setIsThere] = useState(false);
  useLayoutEffect(() => setIsThere(true), []);
  const empty = feed.window.lines.length === 0;
  return (
    <div
      className={`log relative flex min-h-0 bg-term font-mono text-[13px] text-term-ink ${fill ? 'flex-1' : ''}`}
    >
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="Output"
        tabIndex={0}
        className={`w-full overflow-x-auto overflow-y-auto overscroll-contain py-2 ${fill ? 'absolute inset-0' : 'max-h-[45dvh]'}`}
      >
        {empty ? (
          <p className="px-3 py-1 font-sans text-term-muted">{whyNothing(feed, run, fill)}</p>
        ) : (
          isThere && <LogRows {...{ feed, version, look, target, scroller }} />
        )}
      </div>
      {children}
    </div>
  );
}

/** `told`: what is around it says why the run waits. */
function whyNothing(feed: LogFeed, run: Run, told: boolean): string {
  if (feed.state === 'gone') return 'The output is no longer kept; how the run ended still is.';
  if (feed.state === 'failed') return `The output cannot be read: ${sentenceOf(feed.error)}`;
  if (feed.state === 'lost') return 'No connection. Trying again.';
  if (run.endedAt !== null) return feed.state === 'ended' ? 'It wrote nothing.' : 'Loading.';
  return (told ? null : run.why) ?? 'Nothing written yet.';
}
