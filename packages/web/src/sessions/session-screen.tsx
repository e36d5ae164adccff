import type { Session } from '@errand/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { Icon } from '../components/icon.tsx';
import { Failure, Loading, Problem } from '../components/notice.tsx';
import { useTitle } from '../components/screen.tsx';
import { SessionFiles } from '../files/session-files.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { Overview } from './overview.tsx';
import { isOver, nameOf, useOneSession } from './queries.ts';
import { SessionActions } from './session-actions.tsx';
import { SessionBadge } from './session-badge.tsx';
import { SessionCommands } from './session-commands.tsx';
import type { SessionPlace } from './session-place.ts';

const route = getRouteApi('/sessions/$id');

/** A terminal is much code, so it comes only to who opens one. */
const SessionTerminal = lazy(async () => ({
  default: (await import('../terminal/session-terminal.tsx')).SessionTerminal,
}));

/** One session: how it is, what runs in it, and a terminal. */
export function SessionScreen(): ReactNode {
  const { id } = route.useParams();
  const { data: session, error, refetch } = useOneSession(id);
  useTitle(session === undefined ? 'Session' : nameOf(session));
  return (
    <div className="mx-auto flex w-full max-w-5xl min-w-0 flex-1 flex-col gap-4 px-4 py-3 wide:py-6">
      {session === undefined && error === null && <Loading rows={3} />}
      {session === undefined && error !== null && (
        <Failure error={error} again={() => void refetch()} list="sessions" />
      )}
      {session !== undefined && <Known session={session} />}
    </div>
  );
}

function Known({ session }: { readonly session: Session }): ReactNode {
  const { tab, path } = route.useSearch();
  const touch = mayTouch(useSession().data);
  return (
    <>
      <Head session={session} touch={touch} />
      {session.alarm !== null && <Problem>{session.alarm}</Problem>}
      {session.failure !== null && <Problem>{session.failure.sentence}</Problem>}
      {tab === undefined && <Overview session={session} touch={touch} />}
      {tab === 'commands' && <SessionCommands session={session} touch={touch} />}
      {tab === 'files' && touch && <SessionFiles session={session} path={path ?? ''} />}
      {tab === 'terminal' && touch && (
        <Suspense fallback={<div className="min-h-80 flex-1 rounded-card bg-term" />}>
          <SessionTerminal session={session} />
        </Suspense>
      )}
    </>
  );
}

interface HeadProps {
  readonly session: Session;
  readonly touch: boolean;
}

function Head({ session, touch }: HeadProps): ReactNode {
  return (
    <header className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Link
          to="/sessions"
          aria-label="All sessions"
          className="-ml-2 inline-flex size-11 items-center justify-center rounded-control text-muted hover:bg-sunken"
        >
          <Icon name="left" />
        </Link>
        <h1 className="min-w-0 text-2xl font-semibold tracking-tight">{nameOf(session)}</h1>
        <SessionBadge state={session.state} />
        {touch && !isOver(session) && (
          <div className="flex flex-wrap items-center gap-2 wide:ml-auto">
            <SessionActions session={session} />
          </div>
        )}
      </div>
      <nav aria-label="Parts of the session" className="flex overflow-x-auto border-b border-line wide:gap-1">
        <TabLink id={session.id} tab={undefined}>
          Overview
        </TabLink>
        <TabLink id={session.id} tab="commands">
          Commands
        </TabLink>
        {touch && (
          <TabLink id={session.id} tab="files">
            Files
          </TabLink>
        )}
        {touch && session.agent !== null && session.state === 'ready' && (
          <TabLink id={session.id} tab="terminal">
            Terminal
          </TabLink>
        )}
      </nav>
    </header>
  );
}

interface TabLinkProps {
  readonly id: string;
  readonly tab: SessionPlace['tab'];
  readonly children: ReactNode;
}

function TabLink({ id, tab, children }: TabLinkProps): ReactNode {
  return (
    <Link
      to="/sessions/$id"
      params={{ id }}
      search={tab === undefined ? {} : { tab }}
      // Whichever folder is looked at, it is that of the files.
      activeOptions={{ exact: tab !== 'files' }}
      className="inline-flex min-h-11 shrink-0 items-center whitespace-nowrap border-b-2 border-transparent px-2 text-[15px] wide:px-3 font-medium text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-accent"
    >
      {children}
    </Link>
  );
}
