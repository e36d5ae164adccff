import type { Run } from '@errand/sdk';
import { useEffect, useMemo } from 'react';
import { errand } from '../api/errand.ts';
import { LogFeed } from './log-feed.ts';

/** The feed of one attempt's log, open while this is shown and the page is looked at. */
export function useFeed(run: Run, attempt: number, onEnd: (run: Run) => void): LogFeed {
  const { id } = run;
  const feed = useMemo(
    () => new LogFeed(errand.runs.of(run), { onEnd, ...(attempt === 0 ? {} : { attempt }) }),
    [id, attempt],
  );
  useEffect(() => {
    feed.openTail();
    const onVisible = (): void => (document.hidden ? feed.pause() : feed.resume());
    // A phone that changed networks holds a connection that is dead without saying so.
    const onOnline = (): void => {
      feed.pause();
      feed.resume();
    };
    document.addEventListener('visibilitychange', onVisible);
    globalThis.addEventListener('online', onOnline);
    return () => {
      document.removeEventListener('visibilitychange', onVisible);
      globalThis.removeEventListener('online', onOnline);
      feed.pause();
    };
  }, [feed]);
  return feed;
}
