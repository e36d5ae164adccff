import { ErrandApiError, ErrandConnectionError } from '@errand/sdk';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { forgetSignIn } from '../session/signed-in.ts';
import { connection } from './connection.ts';

export const SESSION = ['session'] as const;

/** What the server said, kept for the screens; the client below already tries again, so that nothing does so twice. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: learn, onSuccess: () => connection.found() }),
  mutationCache: new MutationCache({ onError: learn, onSuccess: () => connection.found() }),
  defaultOptions: {
    queries: { retry: false, networkMode: 'always', staleTime: 5_000, refetchOnWindowFocus: true },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** A key that was revoked, here or elsewhere, ends everything at once. */
function learn(error: unknown): void {
  if (error instanceof ErrandConnectionError) connection.lost();
  if (error instanceof ErrandApiError) connection.found();
  if (error instanceof ErrandApiError && error.code === 'unauthenticated') endSession();
}

/** Nothing that was seen with the key may stay. */
export function endSession(): void {
  forgetSignIn();
  void queryClient.cancelQueries();
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
  queryClient.setQueryData(SESSION, null);
}
