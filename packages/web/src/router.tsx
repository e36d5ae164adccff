import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Failure, Loading } from './components/notice.tsx';
import { runPlaceOfLink } from './run/run-place.ts';
import { BoxScreen } from './run-box/box-screen.tsx';
import { draftOfLink } from './run-box/draft.ts';
import { filterOfLink } from './runs/run-filter.ts';
import { scriptPlaceOfLink } from './scripts/script-place.ts';
import { NotFound } from './shell/not-found.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

/** The first screen comes with the page; every other one when it is opened. */
const tree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/', component: BoxScreen, validateSearch: draftOfLink }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    component: BoxScreen,
    validateSearch: draftOfLink,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/runs',
    validateSearch: filterOfLink,
    component: lazyRouteComponent(() => import('./runs/runs-screen.tsx'), 'RunsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/runs/$id',
    validateSearch: runPlaceOfLink,
    component: lazyRouteComponent(() => import('./run/run-screen.tsx'), 'RunScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/scripts',
    component: lazyRouteComponent(() => import('./scripts/scripts-screen.tsx'), 'ScriptsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/scripts/$name',
    validateSearch: scriptPlaceOfLink,
    component: lazyRouteComponent(() => import('./scripts/script-screen.tsx'), 'ScriptScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/agents',
    component: lazyRouteComponent(() => import('./agents/agents-screen.tsx'), 'AgentsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/keys',
    component: lazyRouteComponent(() => import('./keys/keys-screen.tsx'), 'KeysScreen'),
  }),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} again={reset} />,
  defaultPendingMs: 300,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
