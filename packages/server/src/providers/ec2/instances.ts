import type { Instance } from '@aws-sdk/client-ec2';
import type { Clock } from '@errand/core';
import type { Ec2Calls } from './ec2-calls.ts';

/** What EC2 has answered shows everywhere there after this long; AWS promises no number, and speaks of seconds to minutes. */
export const CONSISTENT_MS = 30_000;

/** Those who ask within this time are answered by one call. */
const TOGETHER_MS = 50;
/** A filter takes no more. */
const MOST = 200;

/** `unsure`: not shown, but so young that this means nothing. */
export type Sight = Instance | 'gone' | 'unsure';

/**
 * Looks at single machines, many at a time. Here, and only here, it is decided what it means that EC2 does not show one: nothing for a while after we
 * made it, or after our own start, when we may have made it a moment before.
 */
export class Instances {
  readonly #calls: Ec2Calls;
  readonly #clock: Pick<Clock, 'steady' | 'sleep'>;
  readonly #since: number;
  readonly #madeAt = new Map<string, number>();
  #next: { readonly ids: Set<string>; readonly answer: Promise<ReadonlyMap<string, Instance>> } | null = null;

  constructor(calls: Ec2Calls, clock: Pick<Clock, 'steady' | 'sleep'>) {
    this.#calls = calls;
    this.#clock = clock;
    this.#since = clock.steady();
  }

  /** It was made a moment ago. */
  made(id: string): void {
    this.#madeAt.set(id, this.#clock.steady());
  }

  forget(id: string): void {
    this.#madeAt.delete(id);
  }

  async see(id: string): Promise<Sight> {
    const found = (await this.#ask(id)).get(id);
    if (found !== undefined) return found.State?.Name === 'terminated' ? 'gone' : found;
    const age = this.#clock.steady() - (this.#madeAt.get(id) ?? this.#since);
    return age < CONSISTENT_MS ? 'unsure' : 'gone';
  }

  #ask(id: string): Promise<ReadonlyMap<string, Instance>> {
    if (this.#next === null || this.#next.ids.size >= MOST) {
      const ids = new Set<string>();
      this.#next = { ids, answer: this.#clock.sleep(TOGETHER_MS).then(() => this.#look(ids)) };
    }
    this.#next.ids.add(id);
    return this.#next.answer;
  }

  async #look(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, Instance>> {
    if (this.#next?.ids === ids) this.#next = null;
    const found = await this.#calls.instances([{ Name: 'instance-id', Values: [...ids] }]);
    return new Map(found.map((each) => [each.InstanceId ?? '', each]));
  }
}
