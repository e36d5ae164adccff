import { Outlet, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useConnectionLost } from '../api/connection.ts';
import { endSession, queryClient } from '../api/query-client.ts';
import { Icon } from '../components/icon.tsx';
import { Failure } from '../components/notice.tsx';
import { SignInScreen } from '../session/sign-in-screen.tsx';
import { maySignedIn } from '../session/signed-in.ts';
import { useSession } from '../session/use-session.ts';
import { Navigation } from './navigation.tsx';

/** What is around every screen. Without a sign-in there is nothing but the door; the address stays, and is opened behind it. */
export function Shell(): ReactNode {
  const session = useSession();
  const hash = useRouterState({ select: ({ location }) => location.hash });
  useSignOutElsewhere();
  if (session.data === null) return <SignInScreen linkUsed={hash === 'link-used'} />;
  if (session.isError && session.data === undefined)
    return <Failure error={session.error} again={() => void session.refetch()} />;
  return (
    <div className="flex min-h-dvh flex-col wide:flex-row">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-30 focus:m-2 focus:rounded-control focus:bg-surface focus:p-3"
      >
        Skip to content
      </a>
      <Navigation />
      <main
        id="main"
        className="flex min-w-0 flex-1 flex-col pb-[calc(3.5rem+env(safe-area-inset-bottom))] wide:pb-0"
      >
        <ConnectionBanner />
        {session.data !== undefined && <Outlet />}
      </main>
    </div>
  );
}

function ConnectionBanner(): ReactNode {
  const lost = useConnectionLost();
  return (
    <div role="status">
      {lost && (
        <p className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-2.5 text-sm font-medium text-warn">
          <Icon name="warning" size={18} />
          No connection. What you see may be old; this page goes on by itself once the server is back.
        </p>
      )}
    </div>
  );
}

/** Signing out in one tab signs all of them out. */
function useSignOutElsewhere(): void {
  useEffect(() => {
    const look = (): void => {
      if (!maySignedIn()) endSession();
      else if (queryClient.getQueryData(['session']) === null) void queryClient.invalidateQueries();
    };
    globalThis.addEventListener('storage', look);
    return () => globalThis.removeEventListener('storage', look);
  }, []);
}
