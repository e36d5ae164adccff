import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../components/icon.tsx';
import { useSession } from '../session/use-session.ts';
import { placesOf } from './places.ts';

const ENTRY =
  'flex min-h-14 flex-col items-center justify-center gap-0.5 rounded-control text-xs font-medium text-muted aria-[current=page]:text-accent wide:min-h-11 wide:flex-row wide:justify-start wide:gap-3 wide:px-3 wide:text-[15px] wide:hover:bg-sunken wide:aria-[current=page]:bg-accent-soft';

/** At the thumb on a phone, at the side of a wide screen. */
export function Navigation(): ReactNode {
  const places = placesOf(useSession().data?.role);
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] wide:sticky wide:top-0 wide:h-dvh wide:w-52 wide:shrink-0 wide:overflow-y-auto wide:border-t-0 wide:border-r wide:pb-0"
    >
      <Link to="/" className="hidden items-center gap-2.5 px-5 pt-7 pb-5 text-lg font-semibold wide:flex">
        <img src="/icon.svg" alt="" width="28" height="28" />
        Errand
      </Link>
      <ul className="flex justify-around wide:flex-col wide:gap-1 wide:px-3">
        {places.map(({ to, word, icon, atThumb }) => (
          <li key={to} className={atThumb ? 'flex-1 wide:flex-none' : 'max-wide:hidden'}>
            <Link to={to} activeOptions={{ exact: to === '/', includeSearch: false }} className={ENTRY}>
              <Icon name={icon} size={22} />
              {word}
            </Link>
          </li>
        ))}
        <li className="flex-1 wide:hidden">
          <Link to="/more" className={ENTRY}>
            <Icon name="more" size={22} />
            More
          </Link>
        </li>
      </ul>
    </nav>
  );
}
