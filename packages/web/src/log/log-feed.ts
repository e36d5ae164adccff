import { ErrandApiError, type LogPiece, type Run, type RunHandle } from '@errand/sdk';
import { LogWindow } from './log-window.ts';

/** What the window holds: the end of the log, as it grows, or another place in it. */
export type FeedState = 'loading' | 'live' | 'lost' | 'ended' | 'browsing' | 'gone' | 'failed';

/** Read at first, and at each step when somebody scrolls on. */
const STEP_BYTES = 128 * 1024;

/** The window never holds more. */
const MOST_BYTES = 3 * 1024 * 1024;
const KEPT_BYTES = 2 * 1024 * 1024;

/** Somebody who looks at an old place still wants to know how long the log is by now. */
const LOOK_MS = 3_000;

/** After so long without giving way the page would no longer feel alive. */
const TURN_MS = 12;

/** Who follows wants the end: so many bytes behind it, what lies between is left out. It is there for whoever scrolls back. */
const BEHIND_BYTES = 8 * 1024 * 1024;

export interface FeedOptions {
  readonly attempt?: number | undefined;
  /** Called with the run when its log ends. */
  readonly onEnd?: (run: Run) => void;
}

/** Keeps a {@link LogWindow} filled: with the end of a log while it grows, or with what lies around another place. */
export class LogFeed {
  readonly window = new LogWindow();
  /** Bytes of the whole log, as far as is known. */
  size = 0;
  state: FeedState = 'loading';
  /** The window stays at the end of the log, and old lines go. */
  following = true;
  error: unknown = null;
  #version = 0;
  #scheduled = false;
  #stream = new AbortController();
  #reading: Promise<void> | null = null;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  readonly #run: RunHandle;
  readonly #options: FeedOptions;
  readonly #listeners = new Set<() => void>();

  constructor(run: RunHandle, options: FeedOptions = {}) {
    this.#run = run;
    this.#options = options;
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly version = (): number => this.#version;

  /** Shows the end of the log and follows it. */
  openTail(): void {
    this.following = true;
    this.window.reset(0);
    this.#follow({ tail: STEP_BYTES });
  }

  /** Shows the log from about an offset on. Resolves when it is there. */
  async openAt(offset: number): Promise<void> {
    this.#stop();
    this.following = false;
    this.state = 'browsing';
    const from = Math.max(0, Math.min(offset, this.size) - STEP_BYTES / 2);
    await this.#read(from, from + STEP_BYTES, (pieces) => {
      this.window.reset(from);
      for (const piece of pieces) this.window.append(piece);
    });
    this.#look();
  }

  /** Adds what lies before the window. Resolves when it is there; at once where nothing does. */
  async loadBefore(): Promise<void> {
    const to = this.window.start;
    if (to === 0 || this.#reading !== null) return;
    await this.#read(Math.max(0, to - STEP_BYTES), to, (pieces) => {
      if (this.window.start !== to || !this.window.prepend(pieces)) return;
      if (this.window.length <= MOST_BYTES) return;
      this.#leaveTail();
      this.window.trimBack(KEPT_BYTES);
    });
  }

  /** Adds what lies behind the window, and follows again once that is the end. */
  async loadAfter(): Promise<void> {
    if (this.state !== 'browsing' || this.#reading !== null) return;
    const from = this.window.end;
    if (from >= this.size) return this.#follow({ from });
    await this.#read(from, from + STEP_BYTES, (pieces) => {
      for (const piece of pieces) this.window.append(piece);
      if (this.window.length > MOST_BYTES) this.window.trimFront(KEPT_BYTES);
    });
    if (this.window.end >= this.size) this.#follow({ from: this.window.end });
  }

  setFollowing(following: boolean): void {
    if (this.following === following) return;
    this.following = following;
    this.#changed();
  }

  /** Nobody looks: connections are let go. */
  pause(): void {
    this.#stop();
  }

  /** Somebody looks again: goes on where it was, or at the end if that is what was followed and much has come. */
  resume(): void {
    if (this.state === 'live' || this.state === 'lost') {
      if (this.following) this.#follow({ from: this.window.end, skipAhead: true });
      else this.#follow({ from: this.window.end });
    } else if (this.state === 'loading') this.openTail();
    else if (this.state === 'browsing') this.#look();
  }

  #follow(where: { readonly tail?: number; readonly from?: number; readonly skipAhead?: boolean }): void {
    this.#stop();
    if (this.state !== 'live') this.state = this.window.length === 0 ? 'loading' : 'live';
    const stream = this.#stream;
    const { signal } = stream;
    const pieces = this.#run.logs({
      ...(where.tail === undefined ? { from: where.from } : { tail: where.tail }),
      attempt: this.#options.attempt,
      signal,
      patienceMs: Number.POSITIVE_INFINITY,
      onLost: () => this.#become('lost'),
      onFound: () => this.#become('live'),
    });
    this.#take(pieces, { signal, skipAhead: where.skipAhead === true }).catch((error: unknown) => {
      if (!signal.aborted) this.#fail(error);
    });
  }

  async #take(
    pieces: AsyncGenerator<LogPiece>,
    { signal, skipAhead }: { readonly signal: AbortSignal; readonly skipAhead: boolean },
  ): Promise<void> {
    let turnBegan = performance.now();
    let ahead = 0;
    for await (const piece of pieces) {
      if (signal.aborted) return;
      if (piece.kind === 'end') return this.#end(piece.offset, piece.run);
      this.window.append(piece);
      this.size = Math.max(this.size, this.window.end);
      if (this.window.length > MOST_BYTES && !this.#makeRoom()) return;
      this.#changed();
      ahead += piece.bytes.length;
      if (skipAhead && this.following && ahead > BEHIND_BYTES) return this.openTail();
      if (performance.now() - turnBegan < TURN_MS) continue;
      await new Promise((resolve) => setTimeout(resolve));
      turnBegan = performance.now();
    }
  }

  /** Old lines go, unless somebody looks at them: then the new ones wait in the log. */
  #makeRoom(): boolean {
    if (this.following) {
      this.window.trimFront(KEPT_BYTES);
      return true;
    }
    this.#leaveTail();
    this.#changed();
    return false;
  }

  #leaveTail(): void {
    if (this.state === 'browsing') return;
    this.#stop();
    this.state = 'browsing';
    this.following = false;
    this.#look();
  }

  async #read(
    from: number,
    to: number,
    use: (pieces: Parameters<LogWindow['prepend']>[0]) => void,
  ): Promise<void> {
    const read = async (): Promise<void> => {
      const { pieces, size } = await this.#run.readLog({ from, to, attempt: this.#options.attempt });
      this.size = Math.max(this.size, size);
      use(pieces);
      this.#changed();
    };
    this.#reading = read().catch((error: unknown) => this.#fail(error));
    await this.#reading;
    this.#reading = null;
  }

  /** Asks how long the log is by now, again and again while an old place is looked at. */
  #look(): void {
    clearTimeout(this.#lookTimer);
    if (this.#ended) return;
    const look = async (): Promise<void> => {
      const from = Math.max(0, this.size - 1);
      const { size } = await this.#run.readLog({ from, to: from + 1, attempt: this.#options.attempt });
      if (size > this.size) {
        this.size = size;
        this.#changed();
      }
      if (this.state === 'browsing') this.#look();
    };
    this.#lookTimer = setTimeout(() => void look().catch(() => this.#look()), LOOK_MS);
  }

  #end(size: number, run: Run): void {
    this.size = Math.max(this.size, size);
    this.#ended = true;
    this.state = 'ended';
    this.#changed();
    this.#options.onEnd?.(run);
  }

  #become(state: FeedState): void {
    this.state = state;
    this.#changed();
  }

  #fail(error: unknown): void {
    this.error = error;
    this.#become(error instanceof ErrandApiError && error.code === 'gone' ? 'gone' : 'failed');
  }

  #stop(): void {
    this.#stream.abort();
    this.#stream = new AbortController();
    clearTimeout(this.#lookTimer);
  }

  /** Listeners are told once a frame, however fast the log grows. */
  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#version += 1;
      for (const listener of this.#listeners) listener();
    });
  }
}
