import type { Run } from '@errand/sdk';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { putRun } from '../api/runs.ts';
import { Icon } from '../components/icon.tsx';
import type { LogFeed } from '../log/log-feed.ts';
import { LogRail } from '../log/log-rail.tsx';
import { LogView } from '../log/log-view.tsx';
import { useFeed } from '../log/use-feed.ts';
import { LogToolbar } from './log-toolbar.tsx';
import { StderrLines } from './stderr-lines.tsx';
import { useLogLook } from './use-log-look.ts';
import { useLogSearch } from './use-log-search.ts';

const route = getRouteApi('/runs/$id');

export interface RunLogProps {
  readonly run: Run;
  readonly attempt: number;
}

/** The log of one attempt, with everything to find one's way in it. */
export function RunLog({ run, attempt }: RunLogProps): ReactNode {
  const { at } = route.useSearch();
  const feed = useFeed(run, attempt, putRun);
  useSyncExternalStore(feed.subscribe, feed.version);
  const [look, setLook] = useLogLook();
  const [wanted, setWanted] = useState('');
  const [target, setTarget] = useState<number | null>(null);
  const [onlyStderr, setOnlyStderr] = useState(false);
  const goTo = (offset: number): void => {
    setOnlyStderr(false);
    setTarget(offset);
    showLine(feed, offset);
  };
  useLinkedLine(feed, at, goTo);
  const search = useLogSearch(run, attempt, goTo);
  return (
    <section aria-label="Output" className="flex min-h-0 flex-1 flex-col bg-term">
      <LogToolbar
        {...{
          run,
          attempt,
          feed,
          look,
          setLook,
          wanted,
          setWanted,
          search,
          target,
          onlyStderr,
          setOnlyStderr,
        }}
      />
      {onlyStderr ? (
        <StderrLines run={run} attempt={attempt} look={{ ...look, wanted }} />
      ) : (
        <LogView feed={feed} run={run} look={{ ...look, wanted }} target={target} fill>
          <LogRail feed={feed} goTo={(offset) => feed.openAt(offset)} />
          <FollowButton feed={feed} live={run.endedAt === null} />
        </LogView>
      )}
    </section>
  );
}

/** Brings a line into the window: at once where it is there already. */
function showLine(feed: LogFeed, offset: number): void {
  const { start, end } = feed.window;
  feed.setFollowing(false);
  if (offset < start || offset >= end) void feed.openAt(offset);
}

/** A shared link may point at a line. */
function useLinkedLine(feed: LogFeed, at: number | undefined, goTo: (offset: number) => void): void {
  const done = useRef<number | null>(null);
  const known = feed.size > 0;
  useEffect(() => {
    if (at === undefined || !known || done.current === at) return;
    done.current = at;
    goTo(at);
  });
}

/** The way back to the end, for whoever went elsewhere. */
function FollowButton({ feed, live }: { readonly feed: LogFeed; readonly live: boolean }): ReactNode {
  if (feed.following || feed.window.length === 0) return null;
  return (
    <button
      type="button"
      onClick={() => (feed.state === 'browsing' ? feed.openTail() : feed.setFollowing(true))}
      className="absolute right-4 bottom-4 z-10 inline-flex min-h-11 items-center gap-2 rounded-full border border-term-line bg-term-raised px-4 font-sans text-sm font-medium text-term-ink shadow-lg hover:bg-term-line"
    >
      <Icon name="end" size={18} />
      {live ? 'Follow' : 'To the end'}
    </button>
  );
}
