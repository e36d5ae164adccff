import { ErrandError } from '@errand/core';
import type { Services } from '@errand/server/testing';
import type { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';

/** Who calls: a process, or a person who outlives everything. */
export interface Caller {
  readonly name: string;
  /** Where it stands; places are cut off one by one. */
  readonly place: string;
  readonly process: VirtualProcess | null;
}

export interface CallOptions {
  readonly what: string;
  /** The caller gives up after this. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal;
}

export type Ways = 'both' | 'there' | 'back';

/** Work in the control plane. The signal aborts when its caller is gone. */
export type Serving<Value> = (services: Services, signal: AbortSignal) => Promise<Value>;

/** Runs a call in the control plane; rejects when there is none, or when it dies meanwhile. */
export type Callee = <Value>(act: Serving<Value>, signal: AbortSignal) => Promise<Value>;

/** The network between the control plane and everybody else: slow, forgetful, and now and then twice. */
export class Network {
  readonly #world: World;
  readonly #callee: Callee;
  readonly #cuts = new Map<string, Cut>();

  constructor(world: World, callee: Callee) {
    this.#world = world;
    this.#callee = callee;
  }

  /** For a while nothing gets through from this place (`there`), to it (`back`), or in either direction. */
  cut(place: string, ms: number, ways: Ways = 'both'): void {
    const { trace, timeline } = this.#world;
    trace.note(`network: ${place} cut for ${ms} ms (${ways})`);
    const until = timeline.now + ms;
    const { there = 0, back = 0 } = this.#cuts.get(place) ?? {};
    this.#cuts.set(place, {
      there: ways === 'back' ? there : Math.max(there, until),
      back: ways === 'there' ? back : Math.max(back, until),
    });
  }

  /** One request with its answer. A rejection that is no ErrandError means that nobody knows whether it arrived. */
  request<Value>(
    caller: Caller,
    { what, patienceMs, signal }: CallOptions,
    act: Serving<Value>,
  ): Promise<Value> {
    const { timeline, random, profile } = this.#world;
    return new Promise((resolve, reject) => {
      const left = new AbortController();
      const settle = (how: () => void): void => {
        cancel();
        signal?.removeEventListener('abort', goAway);
        forget?.();
        left.abort();
        if (caller.process === null) how();
        else caller.process.whenAwake(how);
      };
      const fail = (why: string): void => settle(() => reject(new Error(`${what}: ${why}`)));
      const cancel = timeline.after(patienceMs, `${caller.name} gives up ${what}`, () => fail('no answer'));
      const goAway = (): void => {
        if (random.chance(0.5)) fail('the caller went away');
        else left.abort();
      };
      signal?.addEventListener('abort', goAway, { once: true });
      const answered = (how: () => void): void => {
        if (!random.chance(profile.answerLost))
          this.#carry(caller, `answer ${what}`, 'back', () => settle(how));
        // Either nobody ever says so, or the connection is seen to break.
        else if (random.chance(0.5))
          this.#carry(caller, `reset ${what}`, 'back', () => fail('connection reset'));
      };
      const arrive = (): void => {
        this.#callee(act, left.signal).then(
          (value) => answered(() => resolve(value)),
          (error: unknown) => answered(() => reject(error)),
        );
      };
      // A caller that dies closes its connections.
      const forget = caller.process?.onKill(() => left.abort());
      const send = (): void => {
        const copies = random.chance(profile.doubled) ? 2 : 1;
        for (let copy = 0; copy < copies; copy += 1) {
          if (!random.chance(profile.lost)) this.#carry(caller, what, 'there', arrive);
        }
      };
      // What a stalled process decided a moment ago is on the wire only when it goes on.
      if (caller.process === null) send();
      else caller.process.whenAwake(send);
    });
  }

  /** Something on its way; what is under way when a place is cut off is lost. */
  #carry({ name, place }: Caller, what: string, way: keyof Cut, arrive: () => void): void {
    const { timeline, random, profile } = this.#world;
    const late = random.chance(profile.late) ? random.between(1_000, random.pick([60_000, 300_000])) : 0;
    if (this.#isCut(place, way)) return;
    timeline.after(random.between(0, profile.delayMs) + late, `${name}: ${what}`, () => {
      if (!this.#isCut(place, way)) arrive();
    });
  }

  #isCut(place: string, way: keyof Cut): boolean {
    return (this.#cuts.get(place)?.[way] ?? 0) > this.#world.timeline.now;
  }
}

/** Until when nothing goes from a place to the control plane, and back. */
interface Cut {
  readonly there: number;
  readonly back: number;
}

/** Is it an answer of the control plane, in contrast to no answer at all? */
export function isAnswer(error: unknown): error is ErrandError {
  return error instanceof ErrandError;
}
