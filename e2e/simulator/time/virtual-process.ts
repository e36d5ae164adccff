import type { Timeline } from './timeline.ts';

/** What a call of a dead process meets. Nobody is left to see it. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Just before, or just after, the n-th call from now takes effect (of any method, or of one), or soon after that. */
export interface Moment {
  readonly calls: number;
  readonly method: string | null;
  readonly when: 'before' | 'after';
  readonly afterMs: number;
}

/**
 * A process that can be killed and stalled at any moment. Production code in it touches the world only through calls that pass through
 * here: after the kill none of them takes effect, and none is ever answered.
 */
export class VirtualProcess {
  readonly name: string;
  readonly #timeline: Timeline;
  readonly #ends = new Set<() => void>();
  #alive = true;
  #stalledUntil = 0;
  #fuse: { calls: number; readonly at: Moment; readonly act: () => void } | undefined;

  constructor(name: string, timeline: Timeline) {
    this.name = name;
    this.#timeline = timeline;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Alive, and not stalled. */
  get isAwake(): boolean {
    return this.#alive && this.#stalledUntil <= this.#timeline.now;
  }

  /** Since when it has been awake, if it is. */
  get awakeSince(): number {
    return this.#stalledUntil;
  }

  /** As `kill -9` does it. Whoever waits for the process hears of it. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const end of Array.from(this.#ends)) end();
    this.#ends.clear();
  }

  /** Something befalls it in the middle of its work. */
  atCall(at: Moment, act: () => void): void {
    this.#fuse = { calls: at.calls, at, act };
  }

  /** Does nothing for a while: out of memory, a laptop's lid, a suspended machine. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#timeline.now + ms);
  }

  onKill(end: () => void): () => void {
    this.#ends.add(end);
    return () => this.#ends.delete(end);
  }

  after(ms: number, what: string, act: () => void): () => void {
    let cancel = (): void => {};
    const wait = (left: number): void => {
      cancel = this.#timeline.after(left, `${this.name} ${what}`, () => {
        if (!this.#alive) return;
        const stalled = this.#stalledUntil - this.#timeline.now;
        if (stalled > 0) wait(stalled);
        else untilKilled(act);
      });
    };
    if (this.#alive) wait(ms);
    return () => cancel();
  }

  /** Now, or as soon as a stall is over. */
  whenAwake(act: () => void): void {
    const stalled = this.#stalledUntil - this.#timeline.now;
    if (stalled > 0) this.after(stalled, 'goes on', act);
    else if (this.#alive) act();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.#alive) return never();
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        signal?.removeEventListener('abort', wake);
        if (this.#alive) resolve();
      };
      const cancel = this.after(ms, 'wakes', wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** A call that is answered later. */
  call<Value>(name: string, act: () => Promise<Value>): Promise<Value> {
    if (!this.#reaches(name, 'before')) return never();
    const answer = act();
    if (!this.#reaches(name, 'after')) {
      answer.catch(() => {});
      return never();
    }
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => this.whenAwake(() => resolve(value)),
        (error: unknown) => this.whenAwake(() => reject(error)),
      );
    });
  }

  /** A call that is answered at once. */
  now<Value>(name: string, act: () => Value): Value {
    if (!this.#reaches(name, 'before')) throw new Killed(this.name);
    const answer = act();
    if (!this.#reaches(name, 'after')) throw new Killed(this.name);
    return answer;
  }

  /** The port as this process may use it. `immediate`: the methods that do not return promises. */
  guard<Port extends object>(port: Port, immediate: readonly (keyof Port)[]): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const run = (args: unknown[]): unknown => Reflect.apply(value, target, args);
        return immediate.includes(name as keyof Port)
          ? (...args: unknown[]) => this.now(String(name), () => run(args))
          : (...args: unknown[]) => this.call(String(name), () => run(args) as Promise<unknown>);
      },
    });
  }

  /** Does the process live to see the time before, or after, the effect of a call? */
  #reaches(name: string, when: Moment['when']): boolean {
    const fuse = this.#fuse;
    if (!this.#alive || fuse?.at.when !== when) return this.#alive;
    if (fuse.at.method !== null && fuse.at.method !== name) return true;
    fuse.calls -= 1;
    if (fuse.calls > 0) return true;
    this.#fuse = undefined;
    if (fuse.at.afterMs === 0) fuse.act();
    else this.#timeline.after(fuse.at.afterMs, `befalls ${this.name}`, fuse.act);
    return this.#alive;
  }
}

/** The rest of what a process was doing when it was killed. */
function untilKilled(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

export function never(): Promise<never> {
  return new Promise(() => {});
}
