import type { IncomingMessage } from 'node:http';
import {
  describeSessionReason,
  ErrandError,
  isFinalState,
  type SessionRecord,
  type Share,
  span,
} from '@errand/core';
import { untilSettled } from '../use-cases/sessions/see-session.ts';
import { type WakeSessionParts, wakeSession } from '../use-cases/sessions/wake-session.ts';
import { escaped, type PlainAnswer } from './plain-answer.ts';
import { isNavigation } from './visitor.ts';

/** How long a program's request is held while the session starts; people get a page meanwhile. */
const HOLD_MS = 60_000;
const REFRESH_S = 2;
/** Asks, in the address, for one more try of a start that failed. */
const AGAIN = 'errand-start';

/** Whoever asks, as far as it matters for waking. */
export interface Waking {
  readonly reach: Share['level'];
  /** Name of the key, or what else let them in. */
  readonly by: string;
  readonly signal: AbortSignal;
}

/** The session does not take requests now; the answer says why, and asks again where that helps. */
export class NotReady extends Error {
  readonly answer: PlainAnswer;

  constructor(answer: PlainAnswer) {
    super(answer.message);
    this.answer = answer;
  }
}

/**
 * The session when it takes requests. A stopped one is started: for a person who opens a page of it, and for programs. Pages that were left open and go on asking
 * do not wake it, nor do visitors of a public one: else it would never rest. Throws `NotReady` with a page to wait on.
 */
export async function readySession(
  parts: WakeSessionParts,
  request: IncomingMessage,
  { session, waking }: { readonly session: SessionRecord; readonly waking: Waking },
): Promise<SessionRecord> {
  if (session.state === 'ready' && session.desired === 'running') return session;
  const stays = session.desired === 'stopped';
  if (stays && !mayWake(request, waking.reach)) throw stopped();
  if (stays && session.failure !== null && !wantsAgain(request)) throw failed(session);
  const woken = stays ? await wakeSession(parts, session, waking.by) : session;
  if (isPage(request)) throw starting(woken);
  const { signal } = waking;
  const { id } = woken;
  const load = async (): Promise<SessionRecord> => (await parts.sessions.get(id)) ?? over();
  const settled = await untilSettled(parts, { id, load }, { waitMs: HOLD_MS, signal });
  if (isFinalState(settled.state)) return over();
  if (settled.state === 'ready') return settled;
  throw settled.desired === 'stopped' ? failed(settled) : starting(settled);
}

function over(): never {
  throw new ErrandError('not_found', 'the session is over');
}

function mayWake(request: IncomingMessage, reach: Share['level']): boolean {
  const byBrowser = request.headers['sec-fetch-mode'] !== undefined;
  return reach !== 'public' && (!byBrowser || isNavigation(request));
}

function wantsAgain({ url = '' }: IncomingMessage): boolean {
  // Behind a whole address, because a path such as // would be taken for one.
  return new URL(`http://host${url}`).searchParams.has(AGAIN);
}

function isPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
}

function starting({ events, since, trouble }: SessionRecord): NotReady {
  const last = trouble?.message ?? events.at(-1)?.text ?? '';
  return new NotReady({
    status: 503,
    code: 'unavailable',
    message: 'The session is starting.',
    headers: { 'retry-after': String(REFRESH_S) },
    more: `<p>${escaped(last)}</p><p><small>Since ${escaped(new Date(since).toISOString())}; this page looks again every ${span(REFRESH_S * 1_000)}.</small></p>`,
    again: REFRESH_S,
  });
}

function stopped(): NotReady {
  const message =
    'The session is stopped. It starts when somebody whom it is shared with opens its address anew.';
  return new NotReady({ status: 503, code: 'unavailable', message });
}

function failed({ failure }: SessionRecord): NotReady {
  const why = failure === null ? 'It was stopped meanwhile.' : describeSessionReason(failure.reason).sentence;
  return new NotReady({
    status: 503,
    code: 'unavailable',
    message: `The session did not start. ${why}`,
    more: `<p><a href="?${AGAIN}">Try again</a></p>`,
  });
}
