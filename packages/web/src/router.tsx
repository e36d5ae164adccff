import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { auditFilterOfLink } from './audit/audit-filter.ts';
import { Failure, Loading } from './components/notice.tsx';
import { lazyScreen } from './lazy-screen.tsx';
import { runPlaceOfLink } from './run/run-place.ts';
import { BoxScreen } from './run-box/box-screen.tsx';
import { draftOfLink } from './run-box/draft.ts';
import { filterOfLink } from './runs/run-filter.ts';
import { scriptPlaceOfLink } from './scripts/script-place.ts';
import { sessionListOfLink, sessionPlaceOfLink } from './sessions/session-place.ts';
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
    component: lazyScreen(() => import('./runs/runs-screen.tsx'), 'RunsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/runs/$id',
    validateSearch: runPlaceOfLink,
    component: lazyScreen(() => import('./run/run-screen.tsx'), 'RunScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/scripts',
    component: lazyScreen(() => import('./scripts/scripts-screen.tsx'), 'ScriptsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/scripts/$name',
    validateSearch: scriptPlaceOfLink,
    component: lazyScreen(() => import('./scripts/script-screen.tsx'), 'ScriptScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/agents',
    component: lazyScreen(() => import('./agents/agents-screen.tsx'), 'AgentsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sessions',
    validateSearch: sessionListOfLink,
    component: lazyScreen(() => import('./sessions/sessions-screen.tsx'), 'SessionsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sessions/new',
    component: lazyScreen(() => import('./sessions/new-session-screen.tsx'), 'NewSessionScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sessions/$id',
    validateSearch: sessionPlaceOfLink,
    component: lazyScreen(() => import('./sessions/session-screen.tsx'), 'SessionScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/jobs',
    component: lazyScreen(() => import('./jobs/jobs-screen.tsx'), 'JobsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/jobs/new',
    component: lazyScreen(() => import('./jobs/new-job-screen.tsx'), 'NewJobScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/jobs/$id',
    component: lazyScreen(() => import('./jobs/job-screen.tsx'), 'JobScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/more',
    component: lazyScreen(() => import('./shell/more-screen.tsx'), 'MoreScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/audit',
    validateSearch: auditFilterOfLink,
    component: lazyScreen(() => import('./audit/audit-screen.tsx'), 'AuditScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/keys',
    component: lazyScreen(() => import('./keys/keys-screen.tsx'), 'KeysScreen'),
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
