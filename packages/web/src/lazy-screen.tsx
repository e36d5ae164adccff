import { ErrandConnectionError } from '@errand/sdk';
import { lazyRouteComponent } from '@tanstack/react-router';
import { type ComponentType, type ReactNode, useEffect } from 'react';
import { errand } from './api/errand.ts';
import { Failure } from './components/notice.tsx';

const LOOK_MS = 1_000;

/**
 * A screen whose code comes when it is opened. Code that is not there may be that of an older page, so the router loads the page anew; while the
 * server is away that would leave nothing but the browser's own error, so then the screen says it, and comes when the server is back.
 */
export function lazyScreen<Name extends string>(
  load: () => Promise<Readonly<Record<Name, ComponentType>>>,
  name: Name,
): ReturnType<typeof lazyRouteComponent> {
  const loadOrSay = async (): Promise<Record<string, ComponentType>> => {
    try {
      return await load();
    } catch (error) {
      if (await isThere()) throw error;
      return { [name]: ServerAway };
    }
  };
  return lazyRouteComponent(loadOrSay, name);
}

function ServerAway(): ReactNode {
  useEffect(() => {
    const timer = setInterval(() => {
      void isThere().then((there) => there && location.reload());
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return <Failure error={new Error('the server cannot be reached')} again={() => location.reload()} />;
}

/** Whatever it answers. */
async function isThere(): Promise<boolean> {
  try {
    await errand.whoAmI();
    return true;
  } catch (error) {
    return !(error instanceof ErrandConnectionError);
  }
}
