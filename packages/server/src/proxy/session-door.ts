import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, ErrandError, type Ids, reachOf, type SessionRecord } from '@errand/core';
import { hashSecret } from '../use-cases/keys/secret.ts';
import { slowFailure } from '../use-cases/keys/slow-failure.ts';
import { redeemSessionTicket, type SessionPassParts } from '../use-cases/sessions/session-pass.ts';
import { setOwnCookie } from './own-cookie.ts';
import { LINK, PASS } from './visitor.ts';

/** Below this path a session's own host answers for us; the session never sees it. */
export const DOOR = '/.errand/';

export interface DoorParts extends SessionPassParts {
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface Door {
  /** null: none has this host. */
  readonly session: SessionRecord | null;
  readonly secure: boolean;
}

/**
 * `/.errand/open?ticket=...&to=/path`, or `?link=...`: makes a cookie of it, for this host alone, and goes on to a path without it, so that it stays in no
 * history. Rejects slowly, with the same words whether there is such a session or not.
 */
export async function openDoor(
  parts: DoorParts,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { session, secure }: Door,
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://host');
  if (url.pathname !== `${DOOR}open` || request.method !== 'GET')
    throw new ErrandError('not_found', 'there is nothing here');
  const to = pathOf(url.searchParams.get('to'));
  // A browser that only prepares for a click must not use the ticket up.
  if (/prefetch|prerender/.test(String(request.headers['sec-purpose'] ?? ''))) return goTo(response, to);
  const ticket = url.searchParams.get('ticket');
  const link = url.searchParams.get('link');
  const made =
    ticket === null
      ? linkCookie(parts, session, link ?? '')
      : await passCookie(parts, session ?? NO_SESSION, ticket);
  if (made === null) {
    await slowFailure(parts.clock);
    throw new ErrandError('unauthenticated', 'this link was used before or is too old; ask for a new one');
  }
  goTo(response, to, setOwnCookie(made.secret, secure, made.expiresAt - parts.clock.now()));
}

/** Its id is none of a session, so that nothing is found for it, by the same work. */
export const NO_SESSION: Pick<SessionRecord, 'id'> = { id: 'ses_none' };

interface MadeCookie {
  readonly secret: string;
  readonly expiresAt: number;
}

async function passCookie(
  parts: DoorParts,
  session: Pick<SessionRecord, 'id'>,
  ticket: string,
): Promise<MadeCookie | null> {
  const secret = parts.ids.secret(32);
  const pass = await redeemSessionTicket(parts, { session, ticket, secret });
  return pass === null ? null : { ...pass, secret: `${PASS}${secret}` };
}

/** The cookie holds the secret itself: it ends when the link does, or is taken back. */
function linkCookie({ clock }: DoorParts, session: SessionRecord | null, link: string): MadeCookie | null {
  if (session?.share.level !== 'link') return null;
  const reach = reachOf(session, { key: null, linkHash: hashSecret(link) }, clock.now());
  return reach === null ? null : { secret: `${LINK}${link}`, expiresAt: session.share.expiresAt };
}

/** A path of this host and nothing else: browsers take `//` and `/\` for another host. */
function pathOf(to: string | null): string {
  return to !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) && !to.startsWith(DOOR) ? to : '/';
}

/** Sends a browser on, without a word of where it came from. */
export function goTo(response: ServerResponse, location: string, cookie?: string): void {
  response.writeHead(303, {
    location,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
  });
  response.end();
}
