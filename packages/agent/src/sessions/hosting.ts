import type { HostedSession, HostingLink, SessionOrder } from '@errand/contract';
import { backOff, orStopped, type Waiting } from '../retry.ts';
import { Wake } from '../wake.ts';
import type { FilePlace } from './file-place.ts';

/** Where commands of a session run. */
export interface SessionPlace {
  /** Socket of the session's own keeper. */
  readonly keeper: string;
  readonly cwd: string;
  /** Variables of every command in it. */
  readonly env: Readonly<Record<string, string>>;
  /** Below these come those of its keeper, which is in a container with an environment of its own, in place of this machine's. */
  readonly inherits: boolean;
}

/** The sessions of this machine. */
export interface Sessions {
  /** Everything there is, as it is now. */
  report(): readonly HostedSession[];
  /** Begins to carry out an order; what comes of it shows in the reports. Repeatable. */
  carryOut(order: SessionOrder): void;
  /** null: no such session runs here. */
  placeOf(sessionId: string): SessionPlace | null;
  /** Where its files are; null: no such session is here, or it is being ended. Throws a FileFault for a path that nobody reaches. */
  filesOf(sessionId: string, path: string): FilePlace | null;
  /** Calls the listener when a report would say something else than before. */
  onChange(listener: () => void): void;
  /** Ends what looks at sessions, not the sessions. */
  stop(): Promise<void>;
}

/** How long the control plane may wait with its orders: what sessions use of the processor must not be news from long ago. */
const WAIT_MS = { withSessions: 5_000, without: 30_000 };

/** The conversation about sessions, beside that about runs: only while there are any, or the control plane has orders for some. */
export class Hosting {
  readonly #link: HostingLink;
  readonly sessions: Sessions;
  readonly #wake = new Wake();
  #again = new AbortController();
  #asked = false;
  #done: string | null = null;

  constructor(link: HostingLink, sessions: Sessions) {
    this.#link = link;
    this.sessions = sessions;
    sessions.onChange(() => this.#changed());
  }

  /** The control plane has orders. */
  ask(): void {
    this.#asked = true;
    this.#wake.wake();
  }

  /** Talks until the agent stops; rejects only then. */
  async run(waiting: Waiting): Promise<never> {
    for (let failures = 0, said = 0; ; ) {
      if (!this.#asked && said === 0 && this.sessions.report().length === 0)
        await orStopped(this.#wake.wait(), waiting.signal);
      try {
        this.#asked = false;
        said = await this.#talk(waiting.signal);
        failures = 0;
      } catch (error) {
        waiting.signal.throwIfAborted();
        if (this.#again.signal.aborted) continue;
        if (failures % 20 === 0)
          waiting.log.warn('could not speak of sessions; trying again', { error: String(error) });
        await backOff(failures, waiting);
        failures += 1;
      }
    }
  }

  /** Answers how many sessions were spoken of or came in. */
  async #talk(stopped: AbortSignal): Promise<number> {
    this.#again = new AbortController();
    const signal = AbortSignal.any([stopped, this.#again.signal]);
    const sessions = this.sessions.report();
    const waitMs = sessions.length > 0 ? WAIT_MS.withSessions : WAIT_MS.without;
    const request = { done: this.#done, sessions, waitMs };
    const { orders } = await orStopped(this.#link.sessions(request, signal), stopped);
    for (const order of orders) {
      this.sessions.carryOut(order);
      this.#done = order.id;
    }
    return sessions.length + orders.length;
  }

  #changed(): void {
    this.#again.abort('again');
    this.#wake.wake();
  }
}
