import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../components/icon.tsx';
import { Screen } from '../components/screen.tsx';
import { useSession } from '../session/use-session.ts';
import { placesOf } from './places.ts';

/** On a phone: the places for which there is no room at the thumb. */
export function MoreScreen(): ReactNode {
  const places = placesOf(useSession().data?.role).filter(({ atThumb }) => !atThumb);
  return (
    <Screen title="More">
      <ul className="flex flex-col divide-y divide-line overflow-hidden rounded-card border border-line bg-surface">
        {places.map(({ to, word, icon, about }) => (
          <li key={to}>
            <Link to={to} className="flex min-h-16 items-center gap-4 px-4 hover:bg-canvas">
              <span className="text-muted">
                <Icon name={icon} size={24} />
              </span>
              <span className="flex flex-col">
                <span className="font-medium">{word}</span>
                <span className="text-sm text-muted">{about}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Screen>
  );
}
