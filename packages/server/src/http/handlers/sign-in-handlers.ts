import { ErrandError } from '@errand/core';
import type { Services } from '../../services.ts';
import { actorOfCookie, actorOfSecret, signIn } from '../../use-cases/keys/authenticate.ts';
import { hashSecret } from '../../use-cases/keys/secret.ts';
import { slowFailure } from '../../use-cases/keys/slow-failure.ts';
import type { SomeHandlers } from '../call.ts';
import { cookieOf, setCookie } from '../cookie.ts';

/** Browsers hold a cookie instead of a key: no script can read it. */
export function signInHandlers(services: Services): SomeHandlers<'signIn' | 'signOut'> {
  const { authenticating, clock, store, submit, audit } = services;
  return {
    signIn: async ({ input: { body }, request, address }) => {
      const actor = await actorOfSecret(authenticating, body.key.trim());
      if (actor === null) {
        await audit.refused({ action: 'signIn', address });
        await slowFailure(clock);
        throw new ErrandError('unauthenticated', 'this is no valid key; it may have been revoked');
      }
      if (actor.role === 'agent')
        throw new ErrandError('forbidden', 'this is the key of an agent; sign in with one of a person');
      const made = await signIn(authenticating, actor.id, submit.ids.secret(32));
      await audit.done({ actor, action: 'signIn', target: actor.id, address });
      return answered(setCookie(request, made.cookie, made.maxAgeMs));
    },
    signOut: async ({ request, address }) => {
      const cookie = cookieOf(request);
      const actor = cookie === null ? null : await actorOfCookie(authenticating, cookie);
      if (cookie !== null) await store.keys.takeSignIn(hashSecret(cookie));
      if (actor !== null) await audit.done({ actor, action: 'signOut', target: actor.id, address });
      return answered(setCookie(request, '', 0));
    },
  };
}

function answered(cookie: string): Response {
  return new Response(null, { status: 204, headers: { 'set-cookie': cookie } });
}
