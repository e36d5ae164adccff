import type { Answer, Run, Session, SessionEvent } from '@errand/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { errand } from '../api/errand.ts';
import { queryClient } from '../api/query-client.ts';

const SESSIONS = 'sessions';

/** While it is on its way to where it is wanted something changes every moment. */
const SOON_MS = 1_000;
const LATER_MS = 5_000;

/** Sessions, newest first; `all`: also those that are over. */
export function useSessions(all: boolean): UseQueryResult<readonly Session[]> {
  return useQuery({
    queryKey: [SESSIONS, 'list', all],
    queryFn: () => errand.sessions.list(all ? { all: '1' } : {}),
    refetchInterval: ({ state: { data } }) => (data?.some(isMoving) === true ? SOON_MS : LATER_MS),
  });
}

/** One session, kept fresh until it is over. */
export function useOneSession(id: string): UseQueryResult<Session> {
  return useQuery({
    queryKey: [SESSIONS, 'one', id],
    queryFn: ({ signal }) => errand.request('getSession', { params: { id } }, { signal }),
    refetchInterval: ({ state: { data } }) => (data === undefined || isOver(data) ? false : againMs(data)),
  });
}

/** What happened to it so far. */
export function useSessionEvents(session: Session): UseQueryResult<readonly SessionEvent[]> {
  const { id } = session;
  return useQuery({
    queryKey: [SESSIONS, 'events', id],
    queryFn: async () => (await errand.request('sessionEvents', { params: { id } })).events,
    refetchInterval: isOver(session) ? false : againMs(session),
  });
}

/** The runs in it, newest first. */
export function useSessionRuns(id: string): UseQueryResult<readonly Run[]> {
  return useQuery({
    queryKey: [SESSIONS, 'runs', id],
    queryFn: async () => (await errand.request('listRuns', { query: { session: id, limit: 50 } })).runs,
    refetchInterval: 2_000,
  });
}

export type Template = Answer<'listTemplates'>['templates'][number];

export function useTemplates(): UseQueryResult<readonly Template[]> {
  return useQuery({ queryKey: [SESSIONS, 'templates'], queryFn: () => errand.sessions.templates() });
}

/** Something newer was learned of a session. */
export function putSession(session: Session): void {
  queryClient.setQueryData([SESSIONS, 'one', session.id], session);
  void queryClient.invalidateQueries({ queryKey: [SESSIONS] });
}

/** Nothing is left of it, for ever. */
export function isOver({ state }: Session): boolean {
  return state === 'deleted' || state === 'failed';
}

export function nameOf({ name, subdomain }: Session): string {
  return name ?? subdomain;
}

function isMoving(session: Session): boolean {
  return !session.settled;
}

function againMs(session: Session): number {
  return isMoving(session) ? SOON_MS : LATER_MS;
}
