import type { Session } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../components/icon.tsx';
import { Ago } from '../components/time.tsx';
import { Cost } from './cost.tsx';
import { isOver, nameOf } from './queries.ts';
import { SessionBadge } from './session-badge.tsx';

/** One session of a list. */
export function SessionRow({ session }: { readonly session: Session }): ReactNode {
  const { provider, image, cost, alive, alarm, why, since, unusedAt } = session;
  return (
    <li className="hover:bg-canvas">
      <Link
        to="/sessions/$id"
        params={{ id: session.id }}
        className="flex min-h-16 flex-col justify-center gap-1.5 px-4 py-3 wide:flex-row wide:items-center wide:gap-4"
      >
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="truncate font-medium">{nameOf(session)}</span>
          {alarm === null ? (
            why !== null && <span className="text-sm text-muted">{why}</span>
          ) : (
            <span className="flex items-start gap-1.5 text-sm text-bad">
              <Icon name="warning" size={16} />
              {alarm}
            </span>
          )}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted wide:justify-end">
          <SessionBadge state={session.state} />
          <span>{image === null ? provider : `${provider}, ${image}`}</span>
          {cost !== null && <Cost cost={cost} />}
          {alive?.stopsAt != null && (
            <span>
              stops <Ago time={alive.stopsAt} />
            </span>
          )}
          {unusedAt !== null && !isOver(session) && (
            <span>
              deleted <Ago time={unusedAt} />
            </span>
          )}
          {alive === null && <Ago time={since} />}
        </span>
      </Link>
    </li>
  );
}
