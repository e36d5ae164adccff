import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../components/icon.tsx';

interface Place {
  readonly to: '/' | '/runs' | '/scripts' | '/agents' | '/keys';
  readonly word: string;
  readonly icon: IconName;
}

const PLACES: readonly Place[] = [
  { to: '/', word: 'Run', icon: 'run' },
  { to: '/runs', word: 'Runs', icon: 'runs' },
  { to: '/scripts', word: 'Scripts', icon: 'scripts' },
  { to: '/agents', word: 'Agents', icon: 'agents' },
  { to: '/keys', word: 'Keys', icon: 'keys' },
];

/** At the thumb on a phone, at the side of a wide screen. */
export function Navigation(): ReactNode {
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] wide:static wide:w-52 wide:shrink-0 wide:border-t-0 wide:border-r wide:pb-0"
    >
      <Link to="/" className="hidden items-center gap-2.5 px-5 pt-7 pb-5 text-lg font-semibold wide:flex">
        <img src="/icon.svg" alt="" width="28" height="28" />
        Errand
      </Link>
      <ul className="flex justify-around wide:flex-col wide:gap-1 wide:px-3">
        {PLACES.map(({ to, word, icon }) => (
          <li key={to} className="flex-1 wide:flex-none">
            <Link
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className="flex min-h-14 flex-col items-center justify-center gap-0.5 rounded-control text-xs font-medium text-muted aria-[current=page]:text-accent wide:min-h-11 wide:flex-row wide:justify-start wide:gap-3 wide:px-3 wide:text-[15px] wide:hover:bg-sunken wide:aria-[current=page]:bg-accent-soft"
            >
              <Icon name={icon} size={22} />
              {word}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
