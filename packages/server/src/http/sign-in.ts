import { ErrandError } from '@errand/core';
import type { Hono } from 'hono';
import { actorOfKey, redeemTicket } from '../use-cases/keys/authenticate.ts';
import { slowFailure } from '../use-cases/keys/slow-failure.ts';
import { setCookie } from './cookie.ts';
import { checkOrigin } from './guards.ts';
import { acceptsHtml } from './page/page-routes.ts';
import type { AppParts, Environment } from './parts.ts';

/**
 * The link that `errand up` printed: its one-use ticket becomes a cookie that pages cannot read, and the browser goes on to the page. The address
 * with the ticket is left at once, so that it stays in no history; the page takes the mark behind # away.
 */
export function signInRoutes(app: Hono<Environment>, { services, guards }: AppParts): void {
  app.get('/login', async (context) => {
    const request = context.req.raw;
    checkOrigin(request, guards);
    const ticket = context.req.query('ticket');
    if (ticket === undefined) throw new ErrandError('invalid', 'open the link that errand up printed');
    // A browser that only prepares for a click must not use the ticket up.
    if (/prefetch|prerender/.test(request.headers.get('sec-purpose') ?? '')) return goTo('/sign-in');
    const redeemed = await redeemTicket(services.authenticating, ticket, services.submit.ids.secret(32));
    const address = context.env.address ?? null;
    if (redeemed !== null) {
      const { keyId, cookie, maxAgeMs } = redeemed;
      const actor = await actorOfKey(services.authenticating, keyId);
      await services.audit.done({ actor, action: 'signIn', target: keyId, address });
      return goTo('/#signed-in', setCookie(request, cookie, maxAgeMs));
    }
    await services.audit.refused({ action: 'signIn', address });
    await slowFailure(services.clock);
    if (acceptsHtml(request)) return goTo('/sign-in#link-used');
    throw new ErrandError(
      'unauthenticated',
      'this link was used before or is older than ten minutes; restart errand up for a new one',
    );
  });
}

function goTo(location: string, cookie?: string): Response {
  const headers = new Headers({ location, 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
  if (cookie !== undefined) headers.set('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}
