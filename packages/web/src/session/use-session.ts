import type { Answer } from '@errand/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { errand } from '../api/errand.ts';
import { SESSION } from '../api/query-client.ts';
import { maySignedIn } from './signed-in.ts';

export type Session = Answer<'whoAmI'>;

/** Who is signed in; null: nobody. */
export function useSession(): UseQueryResult<Session | null> {
  return useQuery({
    queryKey: SESSION,
    queryFn: async () => (maySignedIn() ? await errand.whoAmI() : null),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** May this role start, cancel and retry? */
export function mayTouch(session: Session | null | undefined): boolean {
  return session != null && session.role !== 'viewer';
}
