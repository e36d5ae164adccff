import { describeSessionReason, ErrandError, isFinalState, type SessionRecord } from '@errand/core';
import type { Services } from '../../services.ts';
import { askSession } from '../../use-cases/sessions/ask-session.ts';
import { createSession } from '../../use-cases/sessions/create-session.ts';
import { untilSettled } from '../../use-cases/sessions/see-session.ts';
import { recorded } from '../old-caller.ts';
import type { SlicerConfig } from './config.ts';
import { actorOf, nameOf, tagsOf, urlOf } from './old-session.ts';
import type { OldUser } from './old-tokens.ts';

export interface OldStart {
  readonly campId: string;
  readonly tierId: string;
  readonly assets: readonly string[];
  readonly force: boolean;
}

/** Who asks, and from where; null: from this machine. */
export type OldAsking = OldUser & { readonly address: string | null };

/** As the old system answered a start. */
export type OldStarted =
  | {
      readonly cluster: string;
      readonly task: string;
      readonly container: string;
      readonly ip: string | null;
      readonly url: string | null;
    }
  | { readonly detail: 'already running'; readonly url: string | null };

/** What a start waits for at the longest; the limits of the template end it before. */
const WAIT_MS = 3_600_000;

/** One session for each user and login, by the ordinary use-cases: started, stopped and removed as the old clients ask for it. */
export class OldContainers {
  readonly #services: Services;
  readonly #config: SlicerConfig;

  constructor({ services, config }: { readonly services: Services; readonly config: SlicerConfig }) {
    this.#services = services;
    this.#config = config;
  }

  async start(user: OldAsking, wish: OldStart): Promise<OldStarted> {
    const known = await this.#find(user);
    if (known !== null && wish.force) await this.#end(known, user);
    const before = wish.force ? null : known;
    if (before?.state === 'ready') return { detail: 'already running', url: this.#url(before) };
    const begun = before === null ? await this.#make(user, wish) : await this.#wake(before, user);
    const session = await this.#settled(begun);
    if (session.state !== 'ready') throw new ErrandError('unavailable', whyNot(session));
    const { cluster } = this.#config;
    const [port] = session.ports;
    return {
      cluster,
      task: session.id,
      container: nameOf(user),
      ip: port?.host ?? null,
      url: this.#url(session),
    };
  }

  /** False: none runs. */
  async stop(user: OldAsking): Promise<boolean> {
    const session = await this.#find(user);
    if (session === null || !RUNS.has(session.state)) return false;
    await this.#settled(await this.#ask(session, user, 'stop'));
    return true;
  }

  /** False: there is none. */
  async remove(user: OldAsking): Promise<boolean> {
    const session = await this.#find(user);
    if (session === null) return false;
    await this.#end(session, user);
    return true;
  }

  async #find(user: OldUser): Promise<SessionRecord | null> {
    const { owner } = actorOf(user, this.#config.team);
    return await this.#services.store.sessions.byName(owner, nameOf(user));
  }

  async #make(user: OldAsking, { campId, tierId, assets }: OldStart): Promise<SessionRecord> {
    const { sessions } = this.#services;
    const { template, team } = this.#config;
    const given = { campId, tierId, assets: [...assets], userId: user.user, sessionId: user.session };
    const request = { template, params: this.#known(given), name: nameOf(user), tags: tagsOf(user) };
    try {
      const actor = actorOf(user, team);
      return await recorded(this.#services, { actor, action: 'createSession', address: user.address }, () =>
        createSession(sessions, actor, { request, idempotencyKey: null }),
      );
    } catch (error) {
      // Somebody else with the same login was faster: theirs is the one.
      const other = isTaken(error) ? await this.#find(user) : null;
      if (other === null) throw error;
      return other;
    }
  }

  /** A template need not want all that the old clients say. */
  #known(given: Readonly<Record<string, unknown>>): Record<string, never> {
    const template = this.#services.sessions.templates
      .list()
      .find(({ name }) => name === this.#config.template);
    const { properties = {} } = (template?.params ?? {}) as { properties?: object };
    const wanted = Object.entries(given).filter(([name]) => Object.hasOwn(properties, name));
    return Object.fromEntries(wanted) as Record<string, never>;
  }

  async #wake(session: SessionRecord, user: OldAsking): Promise<SessionRecord> {
    return session.desired === 'running' ? session : await this.#ask(session, user, 'start');
  }

  async #end(session: SessionRecord, user: OldAsking): Promise<void> {
    await this.#settled(await this.#ask(session, user, 'delete'));
  }

  async #ask(
    session: SessionRecord,
    user: OldAsking,
    kind: 'start' | 'stop' | 'delete',
  ): Promise<SessionRecord> {
    const { sessions, clock } = this.#services;
    const actor = actorOf(user, this.#config.team);
    const act = { actor, action: ACTIONS[kind], target: session.id, address: user.address };
    return await recorded(this.#services, act, () =>
      askSession(sessions, { actor, word: session.id }, { kind, by: actor.name, now: clock.now() }),
    );
  }

  async #settled({ id }: SessionRecord): Promise<SessionRecord> {
    const { sessions } = this.#services;
    const load = async (): Promise<SessionRecord> => {
      const session = await sessions.sessions.get(id);
      if (session === null) throw new ErrandError('gone', 'the session was forgotten meanwhile');
      return session;
    };
    return await untilSettled(
      sessions,
      { id, load },
      { waitMs: WAIT_MS, signal: new AbortController().signal },
    );
  }

  #url(session: SessionRecord): string | null {
    return urlOf(session, this.#services.sessions.place);
  }
}

const ACTIONS = { start: 'startSession', stop: 'stopSession', delete: 'deleteSession' } as const;
const RUNS: ReadonlySet<SessionRecord['state']> = new Set(['requested', 'creating', 'starting', 'ready']);

function isTaken(error: unknown): boolean {
  return error instanceof ErrandError && error.code === 'conflict' && error.details?.['field'] === 'name';
}

function whyNot({ failure, ending, state }: SessionRecord): string {
  const reason = (failure ?? ending)?.reason;
  if (reason === undefined)
    return isFinalState(state) ? 'the container was removed meanwhile' : `the container is ${state}`;
  return describeSessionReason(reason).sentence;
}
