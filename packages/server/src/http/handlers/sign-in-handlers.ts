import { ErrandError } from '@errand/core';
import type { Services } from '../../services.ts';
import { actorOfSecret, signIn } from '../../use-cases/keys/authenticate.ts';
import { hashSecret } from '../../use-cases/keys/secret.ts';
import { slowFailure } from '../../use-cases/keys/slow-failure.ts';
import type { SomeHandlers } from '../call.ts';
import { cookieOf, setCookie } from '../cookie.ts';

/** Browsers hold a cookie instead of a key: no script can read it. */
export function signInHandlers(services: Services): SomeHandlers<'signIn' | 'signOut'> {
  const { authenticating, clock, store, submit } = services;
  return {
    signIn: async ({ input: { body }, request }) => {
      const actor = await actorOfSecret(authenticating, body.key.trim());
      if (actor === null) {
        await slowFailure(clock);
        throw new ErrandError('unauthenticated', 'this is no valid key; it may have been revoked');
      }
      if (actor.role === 'agent')
        throw new ErrandError('forbidden', 'this is the key of an agent; sign in with one of a person');
      const made = await signIn(authenticating, actor.id, submit.ids.secret(32));
      return answered(setCookie(request, made.cookie, made.maxAgeMs));
    },
    signOut: async ({ request }) => {
      const cookie = cookieOf(request);
      if (cookie !== null) await store.keys.takeSignIn(hashSecret(cookie));
      return answered(setCookie(request, '', 0));
    },
  };
}

function answered(cookie: string): Response {
  return new Response(null, { status: 204, headers: { 'set-cookie': cookie } });
}
