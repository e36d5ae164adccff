import type { Task } from '@aws-sdk/client-ecs';
import type { Clock } from '@errand/core';
import { type EcsCalls, MOST_TASKS } from './ecs-calls.ts';
import { familyOf, type Place, TAGS, tagOf } from './names.ts';

/** What ECS has answered shows everywhere there after this long; AWS promises no number, and speaks of seconds to minutes. */
export const CONSISTENT_MS = 30_000;

/** Those who ask within this time are answered by one call. */
const TOGETHER_MS = 50;

/** `unsure`: not shown, but so young that this means nothing. `gone`: there is none, or ECS has forgotten it, an hour after its end. */
export type Sight = Task | 'gone' | 'unsure';

/**
 * Looks at tasks, many at a time. Here, and only here, it is decided what it means that ECS does not show one: nothing for a while after we made it, or
 * after our own start, when we may have made it a moment before.
 */
export class Tasks {
  readonly #calls: EcsCalls;
  readonly #clock: Pick<Clock, 'steady' | 'sleep'>;
  readonly #since: number;
  /** By launch: a task never gets another name. */
  readonly #arns = new Map<string, string>();
  readonly #madeAt = new Map<string, number>();
  #next: { readonly arns: Set<string>; readonly answer: Promise<ReadonlyMap<string, Task>> } | null = null;

  constructor(calls: EcsCalls, clock: Pick<Clock, 'steady' | 'sleep'>) {
    this.#calls = calls;
    this.#clock = clock;
    this.#since = clock.steady();
  }

  /** It was made a moment ago. */
  made(launch: string, arn: string): void {
    this.#arns.set(launch, arn);
    this.#madeAt.set(launch, this.#clock.steady());
  }

  forget(launch: string): void {
    this.#arns.delete(launch);
    this.#madeAt.delete(launch);
  }

  async see(place: Place): Promise<Sight> {
    const arn = await this.arnOf(place);
    const found = arn === null ? undefined : (await this.#ask(arn)).get(arn);
    if (found !== undefined) return found;
    const age = this.#clock.steady() - (this.#madeAt.get(place.launch) ?? this.#since);
    return age < CONSISTENT_MS ? 'unsure' : 'gone';
  }

  /** The task of a launch, whether it runs or has ended not long ago; null: ECS shows none. */
  async arnOf(place: Place): Promise<string | null> {
    const known = this.#arns.get(place.launch);
    if (known !== undefined) return known;
    const [running] = await this.#calls.startedBy(place.launch);
    const arn = running ?? (await this.#ended(place));
    if (arn !== null) this.#arns.set(place.launch, arn);
    return arn;
  }

  /** Those of a session, of any launch, that have not ended to the last. ECS may show one by its name that it does not list yet. */
  async alive(place: Place): Promise<readonly Task[]> {
    const known = this.#arns.get(place.launch);
    const listed = await this.#calls.ofFamily(familyOf(place));
    const tasks = await this.#calls.tasks([...new Set([...listed, ...(known === undefined ? [] : [known])])]);
    return tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  }

  async #ended(place: Place): Promise<string | null> {
    const tasks = await this.#calls.tasks(await this.#calls.ofFamily(familyOf(place)));
    return tasks.find(({ tags }) => tagOf(tags, TAGS.launch) === place.launch)?.taskArn ?? null;
  }

  #ask(arn: string): Promise<ReadonlyMap<string, Task>> {
    if (this.#next === null || this.#next.arns.size >= MOST_TASKS) {
      const arns = new Set<string>();
      this.#next = { arns, answer: this.#clock.sleep(TOGETHER_MS).then(() => this.#look(arns)) };
    }
    this.#next.arns.add(arn);
    return this.#next.answer;
  }

  async #look(arns: ReadonlySet<string>): Promise<ReadonlyMap<string, Task>> {
    if (this.#next?.arns === arns) this.#next = null;
    const found = await this.#calls.tasks([...arns]);
    return new Map(found.map((each) => [each.taskArn ?? '', each]));
  }
}
