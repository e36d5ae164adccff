import type { Answer, Session, SessionCreateInput } from '@errand/contract';
import type { CreateOptions } from './runs.ts';
import { SessionFiles } from './session-files.ts';
import { type OutputPiece, type SessionLogOptions, sessionLog } from './session-log.ts';
import type { Input, Transport } from './transport.ts';

export type SessionEvent = Answer<'sessionEvents'>['events'][number];

/** Which sessions to list, newest first; without `all` and `state` those that are not over. */
export type SessionFilter = Omit<NonNullable<Input<'listSessions'>['query']>, 'cursor' | 'limit'>;

export interface HoldWish {
  /** Such as `2h`. */
  readonly for: string;
  readonly note?: string;
}

/** How long one question is held open while a session is followed. */
const WAIT = '20s';

/** Compute on demand. Wherever an id is taken, the name of one's own session or a subdomain does as well. */
export class Sessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Asks for a session; resolves once the wish is stored. `untilSettled` waits until it is ready, or has failed. */
  async create(session: SessionCreateInput, options: CreateOptions = {}): Promise<Session> {
    const key = options.idempotencyKey ?? crypto.randomUUID();
    return await this.#transport.request(
      'createSession',
      { body: session },
      { headers: { 'idempotency-key': key }, signal: options.signal },
    );
  }

  get(id: string): Promise<Session> {
    return this.#transport.request('getSession', { params: { id } });
  }

  /** All that fit the filter, fetched page by page. */
  async list(filter: SessionFilter = {}): Promise<Session[]> {
    const sessions: Session[] = [];
    for (let cursor: string | null = null; ; ) {
      const query = { ...filter, ...(cursor === null ? {} : { cursor }) };
      const page: Answer<'listSessions'> = await this.#transport.request('listSessions', { query });
      sessions.push(...page.sessions);
      cursor = page.nextCursor;
      if (cursor === null) return sessions;
    }
  }

  start(id: string): Promise<Session> {
    return this.#transport.request('startSession', { params: { id } });
  }

  stop(id: string): Promise<Session> {
    return this.#transport.request('stopSession', { params: { id } });
  }

  /** Ends all of it, volumes too; it is deleted once its provider confirms. */
  remove(id: string): Promise<Session> {
    return this.#transport.request('deleteSession', { params: { id } });
  }

  /** Where a port of it is reached, with a link that lets one browser in as this key: once, within a minute. */
  open(
    id: string,
    wish: { readonly port?: number; readonly path?: string } = {},
  ): Promise<Answer<'openSession'>> {
    return this.#transport.request('openSession', { params: { id }, body: wish });
  }

  /** Decides who may reach its ports; what was shared before ends. A link is in this answer and nowhere else. */
  share(id: string, wish: Input<'shareSession'>['body']): Promise<Answer<'shareSession'>> {
    return this.#transport.request('shareSession', { params: { id }, body: wish });
  }

  /** Lets it run for this long from now on, at least. */
  extend(id: string, by: string): Promise<Session> {
    return this.#transport.request('extendSession', { params: { id }, body: { by } });
  }

  /** Keeps it from counting as idle for a while. */
  hold(id: string, wish: HoldWish): Promise<Session> {
    return this.#transport.request('holdSession', { params: { id }, body: { ...wish } });
  }

  release(id: string): Promise<Session> {
    return this.#transport.request('holdSession', { params: { id }, body: { release: true } });
  }

  /** What happens to it from now on (or from the beginning), until it is where it is wanted, or over. */
  async *follow(
    id: string,
    { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<SessionEvent> {
    for (let last = after; ; ) {
      const query = { after: last, wait: WAIT };
      const answer: Answer<'sessionEvents'> = await this.#transport.request(
        'sessionEvents',
        { params: { id }, query },
        { signal },
      );
      yield* answer.events;
      last = answer.events.at(-1)?.seq ?? last;
      if (answer.settled) return;
    }
  }

  /** Number of the last thing that happened to it, to follow it from there. */
  async lastEvent(id: string): Promise<number> {
    const { events } = await this.#transport.request('sessionEvents', { params: { id } });
    return events.at(-1)?.seq ?? 0;
  }

  /** The session once it is where it is wanted, or over. */
  async untilSettled(id: string, options: { readonly signal?: AbortSignal } = {}): Promise<Session> {
    for (;;) {
      const asked = { params: { id }, query: { wait: WAIT } };
      const session: Session = await this.#transport.request('getSession', asked, options);
      if (session.settled) return session;
    }
  }

  /** Uploads a file that a session shall have: its id goes into `files` of the request, within a day. */
  async upload(
    content: Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Answer<'uploadFile'>> {
    const answer = await this.#transport.open('uploadFile', {}, { bytes: content, ...options });
    return JSON.parse(await answer.text()) as Answer<'uploadFile'>;
  }

  /** What the own command of a session in a container wrote; elsewhere that command is a run with the name `main`. */
  logs(id: string, options: SessionLogOptions = {}): AsyncGenerator<OutputPiece> {
    return sessionLog(this.#transport, id, options);
  }

  /** The files of a session that runs. */
  files(id: string): SessionFiles {
    return new SessionFiles(this.#transport, id);
  }

  /** What exists at every provider, beside what is known. For admin keys. */
  diagnose(): Promise<Answer<'diagnoseSessions'>> {
    return this.#transport.request('diagnoseSessions', {});
  }

  /** What sessions can be made of. */
  async templates(): Promise<Answer<'listTemplates'>['templates']> {
    return (await this.#transport.request('listTemplates', {})).templates;
  }
}
