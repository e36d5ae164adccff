import {
  type Clock,
  type Notifier,
  reachOf,
  type SessionRecord,
  type SessionStore,
  type Visitor,
} from '@errand/core';
import { Bell } from '../use-cases/bell.ts';
import { topics } from '../use-cases/topics.ts';

export interface ReachWatchParts {
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

/** Another control plane may have changed the share: no hint of that is sure to come. */
const LOOK_MS = 30_000;

/** Those who are connected to one session without being its owner. */
interface Guests {
  readonly visitors: Map<AbortController, Visitor>;
  readonly bell: Bell;
}

/** Ends what visitors hold open in a session once they may no longer reach it: a share was taken back, or its link is over. */
export class ReachWatch {
  readonly #parts: ReachWatchParts;
  readonly #guests = new Map<string, Guests>();

  constructor(parts: ReachWatchParts) {
    this.#parts = parts;
  }

  /** Aborts when the visitor may no longer reach the session. Whoever asks says `forget` once the connection is over. */
  follow(
    { id }: Pick<SessionRecord, 'id'>,
    visitor: Visitor,
  ): { readonly signal: AbortSignal; readonly forget: () => void } {
    const end = new AbortController();
    const known = this.#guests.get(id);
    const guests = known ?? { visitors: new Map<AbortController, Visitor>(), bell: new Bell() };
    guests.visitors.set(end, visitor);
    if (known === undefined) {
      this.#guests.set(id, guests);
      void this.#watch(id, guests);
    }
    const forget = (): void => {
      guests.visitors.delete(end);
      if (guests.visitors.size === 0) guests.bell.ring();
    };
    return { signal: end.signal, forget };
  }

  async #watch(id: string, guests: Guests): Promise<void> {
    const { notifier, clock } = this.#parts;
    const unsubscribe = notifier.subscribe(topics.session(id), guests.bell.ring);
    while (guests.visitors.size > 0)
      await this.#look(id, guests).catch(() => guests.bell.wait(clock, LOOK_MS));
    unsubscribe();
    this.#guests.delete(id);
  }

  async #look(id: string, { visitors, bell }: Guests): Promise<void> {
    const { sessions, clock } = this.#parts;
    const session = await sessions.get(id);
    const now = clock.now();
    for (const [end, visitor] of visitors) {
      if (session !== null && reachOf(session, visitor, now) !== null) continue;
      visitors.delete(end);
      end.abort();
    }
    if (visitors.size === 0) return;
    const until = session?.share.level === 'link' ? session.share.expiresAt - now : LOOK_MS;
    await bell.wait(clock, Math.max(0, Math.min(until, LOOK_MS)));
  }
}
