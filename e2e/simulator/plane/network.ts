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

/** Work in the control plane. The signal aborts when its caller is gone. */
export type Serving<Value> = (services: Services, signal: AbortSignal) => Promise<Value>;

/** Runs a call in the control plane; rejects when there is none, or when it dies meanwhile. */
export type Callee = <Value>(act: Serving<Value>, signal: AbortSignal) => Promise<Value>;

/** The network between the control plane and everybody else: slow, forgetful, and now and then twice. */
export class Network {
  readonly #world: World;
  readonly #callee: Callee;
  readonly #cutUntil = new Map<string, number>();

  constructor(world: World, callee: Callee) {
    this.#world = world;
    this.#callee = callee;
  }

  /** Nothing gets through to or from this place for a while. */
  cut(place: string, ms: number): void {
    this.#world.trace.note(`network: ${place} cut for ${ms} ms`);
    this.#cutUntil.set(place, this.#world.timeline.now + ms);
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
        if (random.chance(profile.answerLost)) return;
        this.#carry(caller, `answer ${what}`, () => settle(how));
      };
      const arrive = (): void => {
        this.#callee(act, left.signal).then(
          (value) => answered(() => resolve(value)),
          (error: unknown) => answered(() => reject(error)),
        );
      };
      // A caller that dies closes its connections.
      const forget = caller.process?.onKill(() => left.abort());
      const copies = random.chance(profile.doubled) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        if (!random.chance(profile.lost)) this.#carry(caller, what, arrive);
      }
    });
  }

  /** Something on its way; what is under way when a place is cut off is lost. */
  #carry({ name, place }: Caller, what: string, arrive: () => void): void {
    const { timeline, random, profile } = this.#world;
    const late = random.chance(profile.late) ? random.between(1_000, 60_000) : 0;
    if (this.#isCut(place)) return;
    timeline.after(random.between(0, profile.delayMs) + late, `${name}: ${what}`, () => {
      if (!this.#isCut(place)) arrive();
    });
  }

  #isCut(place: string): boolean {
    return (this.#cutUntil.get(place) ?? 0) > this.#world.timeline.now;
  }
}

/** Is it an answer of the control plane, in contrast to no answer at all? */
export function isAnswer(error: unknown): error is ErrandError {
  return error instanceof ErrandError;
}
