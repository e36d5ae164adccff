import type { Session, SessionCreateInput } from '@errand/sdk';
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { errand } from '../api/errand.ts';
import { putSession } from './queries.ts';

/** Asks for a session, and goes to where its start is shown. */
export function useCreate(wish: () => SessionCreateInput): UseMutationResult<Session, Error, void> {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async () => await errand.sessions.create(wish()),
    onSuccess: (session) => {
      putSession(session);
      void navigate({ to: '/sessions/$id', params: { id: session.id } });
    },
  });
}
