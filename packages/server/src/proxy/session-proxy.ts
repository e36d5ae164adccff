import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ErrandError, reachOf, type SessionRecord } from '@errand/core';
import type { Logger } from 'pino';
import { clientAddress } from '../http/client-address.ts';
import { cookieOf } from '../http/cookie.ts';
import { checkOrigin, type GuardOptions } from '../http/guards.ts';
import type { Services } from '../services.ts';
import { actorOfCookie } from '../use-cases/keys/authenticate.ts';
import { openSession } from '../use-cases/sessions/open-session.ts';
import { isAtPath, onThisHost, SANDBOX, sessionPathOf } from './at-path.ts';
import { forwardRequest, type Passage } from './forward-request.ts';
import { forwardSocket } from './forward-socket.ts';
import { onOwnHost, passedAnswerHeaders, passedRequestHeaders } from './passed-headers.ts';
import { answerOfError, type PlainAnswer, plainText, writePlain } from './plain-answer.ts';
import { ReachWatch } from './reach-watch.ts';
import { NotReady, readySession } from './ready-session.ts';
import { DOOR, goTo, NO_SESSION, openDoor } from './session-door.ts';
import { type SessionHost, type SessionPlace, sessionHostOf } from './session-place.ts';
import { bearerOf, isNavigation, type KnownVisitor, visitorOf } from './visitor.ts';

export interface SessionProxyParts {
  readonly services: Services;
  readonly place: SessionPlace;
  readonly guards: GuardOptions;
  /** A proxy in front says who asks. */
  readonly trustProxy: boolean;
  readonly log: Pick<Logger, 'error'>;
  readonly draining: AbortSignal;
}

/**
 * Passes requests for hosts of sessions on to them. Whoever may not reach a session gets the answer that a session which does not exist gives. Keys, cookies and
 * tickets of ours end here.
 */
export class SessionProxy {
  readonly #parts: SessionProxyParts;
  readonly #reaches: ReachWatch;

  constructor(parts: SessionProxyParts) {
    this.#parts = parts;
    this.#reaches = new ReachWatch(parts.services.sessions);
  }

  /** Is this request one for a session? Else it is the control plane's. */
  takes(request: IncomingMessage): boolean {
    return isAtPath(request) || this.#hostOf(request) !== null;
  }

  /** Answers the request. Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      checkTarget(request);
      const host = this.#hostOf(request);
      if (host !== null && request.url?.startsWith(DOOR) === true)
        return await this.#door(request, response, host);
      if (host === null && (await this.#sendToOwnHost(request, response))) return;
      const passage = await this.#passage(request, host);
      await forwardRequest(request, response, passage).catch(noAnswer).finally(passage.over);
    } catch (error) {
      writePlain(request, response, this.#refusal(error));
    }
  }

  /** Passes a WebSocket on, or refuses it. Never rejects. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // From here on nobody else listens, and a line may break at any moment. A close follows, which ends the other side.
    socket.on('error', () => undefined);
    try {
      checkTarget(request);
      const passage = await this.#passage(request, this.#hostOf(request));
      await forwardSocket(request, socket, { ...passage, head })
        .catch(noAnswer)
        .finally(passage.over);
    } catch (error) {
      if (socket.writable) socket.end(plainText(this.#refusal(error)), 'latin1');
    }
  }

  #hostOf({ headers }: IncomingMessage): SessionHost | null {
    return sessionHostOf(headers.host ?? '', this.#parts.place);
  }

  async #door(request: IncomingMessage, response: ServerResponse, host: SessionHost): Promise<void> {
    const { services, place } = this.#parts;
    const session = await services.sessions.sessions.bySubdomain(host.subdomain);
    const parts = { ...services.authenticating, clock: services.clock, ids: services.sessions.ids };
    await openDoor(parts, { request, response }, { session, secure: place.secure });
  }

  /** A signed-in browser under `/at/` goes on to the session's own host; false: it is none. */
  async #sendToOwnHost(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { services, guards } = this.#parts;
    const asked = webRequestOf(request, this.#parts.place.secure);
    checkOrigin(asked, guards);
    const at = sessionPathOf(request);
    const cookie = cookieOf(asked);
    if (at === null || cookie === null || request.headers.authorization !== undefined) return false;
    if (request.method !== 'GET' || !isWindow(request)) return false;
    const actor = await actorOfCookie(services.authenticating, cookie);
    if (actor === null) return false;
    const parts = { ...services.authenticating, ...services.sessions };
    const path = /^\/(?![/\\])[\x21-\x7e]*$/.test(at.path) ? at.path : '/';
    const opened = await openSession(parts, actor, { word: at.host.subdomain, port: at.host.port, path });
    goTo(response, opened.link);
    return true;
  }

  /** How the request reaches its session, if whoever asks may; `host` null: by its path. */
  async #passage(
    request: IncomingMessage,
    host: SessionHost | null,
  ): Promise<Passage & { readonly over: () => void }> {
    const { services, place, guards, trustProxy } = this.#parts;
    const at = host === null ? sessionPathOf(request) : null;
    if (host === null) checkOrigin(webRequestOf(request, place.secure), guards);
    const wanted = host ?? at?.host ?? null;
    const session = wanted === null ? null : await services.sessions.sessions.bySubdomain(wanted.subdomain);
    const visitor = await this.#visitor(request, host === null ? null : (session ?? NO_SESSION));
    const reach = session === null ? null : reachOf(session, visitor, services.clock.now());
    if (session === null || reach === null) throw new ErrandError('not_found', NOTHING);
    const revoked = this.#signalFor(visitor);
    const waking = { reach, by: visitor.actor?.name ?? 'somebody with a link', signal: revoked };
    const ready = await readySession(services.sessions, request, { session, waking });
    const address = addressIn(ready, wanted?.port ?? null);
    const shared = reach === 'owner' ? null : this.#reaches.follow(session, visitor);
    const signal = shared === null ? revoked : AbortSignal.any([revoked, shared.signal]);
    const prefix = at?.prefix ?? null;
    const cookies = prefix === null;
    const who = { secure: place.secure, address: clientAddress(request, trustProxy) ?? 'unknown' };
    return {
      ...address,
      path: at?.path ?? request.url ?? '/',
      headers: passedRequestHeaders(request, { ...who, prefix, cookies }),
      answerHeaders: (answer) =>
        prefix === null
          ? passedAnswerHeaders(answer, onOwnHost)
          : [...passedAnswerHeaders(answer, onThisHost(prefix)), ...SANDBOX],
      note: () => services.sessions.uses.note(session.id, 'traffic', services.clock.now()),
      signal,
      over: () => shared?.forget(),
    };
  }

  /** `session` null: on the control plane's own host, where keys alone count. */
  async #visitor(request: IncomingMessage, session: { readonly id: string } | null): Promise<KnownVisitor> {
    const { services, place } = this.#parts;
    const parts = { ...services.authenticating, clock: services.clock };
    if (session !== null)
      return await visitorOf(parts, request, { session, secure: place.secure, local: false });
    const actor = await bearerOf(parts, request);
    if (actor === null) throw new ErrandError('unauthenticated', KEYS_ONLY);
    return { key: actor, actor, linkHash: null };
  }

  #signalFor({ actor }: KnownVisitor): AbortSignal {
    const { services, draining } = this.#parts;
    return actor === null || actor.local
      ? draining
      : AbortSignal.any([draining, services.revocations.signalOf(actor)]);
  }

  #refusal(error: unknown): PlainAnswer {
    if (error instanceof NotReady) return error.answer;
    if (!(error instanceof ErrandError))
      this.#parts.log.error({ err: error }, 'a request for a session failed');
    const answer = answerOfError(error);
    // Somebody asked the session, which is there, and it did not answer.
    return answer.code === 'unavailable' ? { ...answer, status: 502 } : answer;
  }
}

const NOTHING =
  'There is no session here, or none that you may reach. If it is yours, errand session open gives a link to it.';

const KEYS_ONLY =
  'below /at/ a session answers programs with a key (Authorization: Bearer err_...); a browser opens it by the link of errand session open';

/** A browser shows what it gets in a window, rather than handing it to a script. */
function isWindow({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-mode'] === undefined || isNavigation({ headers });
}

/** What the guards of the API look at. */
function webRequestOf({ method = 'GET', headers }: IncomingMessage, secure: boolean): Request {
  const asked = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) asked.set(name, String(value));
  const known = method === 'GET' || method === 'HEAD' ? method : 'POST';
  return new Request(`${secure ? 'https' : 'http'}://host/`, { method: known, headers: asked });
}

/** One name of a host and a path: anything else, the side behind us might read in another way (RFC 9112, 3.2). */
function checkTarget({ url = '', rawHeaders }: IncomingMessage): void {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts !== 1 || !url.startsWith('/'))
    throw new ErrandError('invalid', 'the request must name one host, and a path of it');
}

function addressIn({ ports, spec }: SessionRecord, port: number | null): { host: string; port: number } {
  const wanted = port ?? spec.ports[0]?.port;
  const address = ports.find((each) => each.port === wanted);
  if (wanted === undefined)
    throw new ErrandError('unavailable', 'the session has no port; name one when it is made (--port)');
  if (address === undefined)
    throw new ErrandError(
      'unavailable',
      `the session has no port ${wanted}; name it when it is made (--port)`,
    );
  if (address.host === null)
    throw new ErrandError('unavailable', `port ${wanted} is reached only from the machine that it is on`);
  return { host: address.host, port: address.outerPort };
}

function noAnswer(error: unknown): never {
  const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  throw new ErrandError('unavailable', `the session runs, but does not answer on this port${why}`, {
    cause: error,
  });
}
