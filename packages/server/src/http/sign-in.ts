import { ErrandError } from '@errand/core';
import type { Context, Hono } from 'hono';
import { redeemTicket } from '../use-cases/keys/authenticate.ts';
import { hashSecret } from '../use-cases/keys/secret.ts';
import { cookieOf, setCookie } from './cookie.ts';
import { checkOrigin } from './guards.ts';
import type { AppParts, Environment } from './parts.ts';

/** Signing in of browsers: a one-use ticket from the terminal becomes a cookie that pages cannot read. */
export function signInRoutes(app: Hono<Environment>, { services, guards }: AppParts): void {
  app.get('/login', async (context) => {
    checkOrigin(context.req.raw, guards);
    const ticket = context.req.query('ticket');
    if (ticket === undefined) throw new ErrandError('invalid', 'open the link that errand up printed');
    const redeemed = await redeemTicket(services.authenticating, ticket, services.submit.ids.secret(32));
    if (redeemed === null)
      throw await slowly(
        services,
        'this link was used before or is older than ten minutes; restart errand up for a new one',
      );
    const headers = securityHeaders();
    headers.set('set-cookie', setCookie(context.req.raw, redeemed.cookie, redeemed.maxAgeMs));
    return new Response(SIGNED_IN, { headers });
  });
  app.post('/logout', async (context: Context<Environment>) => {
    checkOrigin(context.req.raw, guards);
    const cookie = cookieOf(context.req.raw);
    if (cookie !== null) await services.store.keys.takeSignIn(hashSecret(cookie));
    return new Response(null, { status: 204, headers: { 'set-cookie': setCookie(context.req.raw, '', 0) } });
  });
}

async function slowly({ clock }: AppParts['services'], message: string): Promise<ErrandError> {
  await clock.sleep(1_000);
  return new ErrandError('unauthenticated', message);
}

function securityHeaders(): Headers {
  return new Headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
}

const SIGNED_IN = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Errand</title>
<h1>Signed in</h1>
<p>This browser may now use the API under <a href="/v1/runs">/v1/runs</a>. The page is not part of this version.</p>
</html>
`;
