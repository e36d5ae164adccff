import type { Session } from '@errand/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { buttonLook } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Failure, Loading, Notice } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { Doctor } from './doctor.tsx';
import { useSessions } from './queries.ts';
import { SessionRow } from './session-row.tsx';

const route = getRouteApi('/sessions');

/** Compute on demand: what there is, why it is alive, what it costs, and what cannot be proven gone. */
export function SessionsScreen(): ReactNode {
  const { all = false } = route.useSearch();
  const { data: sessions, error, refetch } = useSessions(all);
  const session = useSession().data;
  const touch = mayTouch(session);
  return (
    <Screen
      title="Sessions"
      actions={
        touch && (
          <Link to="/sessions/new" className={buttonLook('primary')}>
            <Icon name="plus" size={18} />
            New session
          </Link>
        )
      }
    >
      {sessions === undefined && error === null && <Loading rows={3} />}
      {sessions === undefined && error !== null && <Failure error={error} again={() => void refetch()} />}
      {sessions?.length === 0 && <None touch={touch} />}
      {sessions !== undefined && sessions.length > 0 && <List sessions={sessions} />}
      {sessions !== undefined && (
        <Link
          to="/sessions"
          search={all ? {} : { all: true }}
          className="inline-flex min-h-11 items-center self-start text-sm font-medium text-accent hover:underline"
        >
          {all ? 'Show only those that are not over' : 'Show also those that are over'}
        </Link>
      )}
      {session?.role === 'admin' && <Doctor />}
    </Screen>
  );
}

function List({ sessions }: { readonly sessions: readonly Session[] }): ReactNode {
  return (
    <ul
      aria-label="Sessions"
      className="flex flex-col divide-y divide-line overflow-hidden rounded-card border border-line bg-surface"
    >
      {sessions.map((session) => (
        <SessionRow key={session.id} session={session} />
      ))}
    </ul>
  );
}

function None({ touch }: { readonly touch: boolean }): ReactNode {
  return (
    <Notice icon="sessions" title="There is no session">
      <p>A session is a folder of processes, a container or a machine of your own, made when it is needed.</p>
      {touch && (
        <Link to="/sessions/new" className={buttonLook('primary')}>
          Make one
        </Link>
      )}
    </Notice>
  );
}
