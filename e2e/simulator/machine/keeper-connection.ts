import type { Keeper, KeeperEvent, KeptRun, KillOrder, StartAnswer, StartRequest } from '@errand/agent';
import type { Timeline } from '../time/timeline.ts';
import type { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';
import type { FakeKeeper, KeeperPeer } from './fake-keeper.ts';

/** An agent's connection to a keeper: in order in both directions, and not at once. */
export class KeeperConnection implements Keeper, KeeperPeer {
  readonly closed: Promise<void>;
  readonly #world: World;
  readonly #timeline: Pick<Timeline, 'after'>;
  readonly #keeper: FakeKeeper;
  readonly #process: VirtualProcess;
  readonly #toAgent: (() => void)[] = [];
  readonly #toKeeper: (() => void)[] = [];
  readonly #listeners = new Set<(event: KeeperEvent) => void>();
  readonly #starts = new Map<string, PromiseWithResolvers<StartAnswer>>();
  readonly #lists: { readonly runs: KeptRun[]; readonly answer: PromiseWithResolvers<KeptRun[]> }[] = [];
  readonly #closing = Promise.withResolvers<void>();
  #open = true;

  constructor(
    { world, timeline }: { readonly world: World; readonly timeline: Pick<Timeline, 'after'> },
    keeper: FakeKeeper,
    process: VirtualProcess,
  ) {
    this.#world = world;
    this.#timeline = timeline;
    this.#keeper = keeper;
    this.#process = process;
    this.closed = this.#closing.promise;
    keeper.connect(this);
    process.onKill(() => this.#drop());
  }

  start(request: StartRequest): Promise<StartAnswer> {
    if (!this.#open) return Promise.reject(new Error('the connection to the keeper is closed'));
    const answer = Promise.withResolvers<StartAnswer>();
    answer.promise.catch(() => {});
    this.#starts.set(request.id, answer);
    this.#world.history.of(request.id).handedOn = true;
    this.#send(() => this.#keeper.start(this, request));
    return answer.promise;
  }

  kill(id: string, how: KillOrder): void {
    this.#send(() => this.#keeper.kill(id, how));
  }

  input(): void {}

  endInput(): void {}

  resize(): void {}

  forget(id: string): void {
    this.#send(() => this.#keeper.forget(id));
  }

  list(): Promise<KeptRun[]> {
    if (!this.#open) return Promise.reject(new Error('the connection to the keeper is closed'));
    const list = { runs: [], answer: Promise.withResolvers<KeptRun[]>() };
    list.answer.promise.catch(() => {});
    this.#lists.push(list);
    this.#send(() => this.#keeper.list(this));
    return list.answer.promise;
  }

  onEvent(listener: (event: KeeperEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#drop();
    this.#cutNow();
    return this.closed;
  }

  receive(event: KeeperEvent): void {
    this.#toAgent.push(() => this.#deliver(event));
    this.#process.after(this.#delay(), 'hears its keeper', () => this.#toAgent.shift()?.());
  }

  cut(): void {
    this.#toAgent.push(() => this.#cutNow());
    this.#process.after(this.#delay(), 'loses its keeper', () => this.#toAgent.shift()?.());
  }

  #deliver(event: KeeperEvent): void {
    if (!this.#open) return;
    this.#answer(event);
    for (const listener of Array.from(this.#listeners)) listener(event);
  }

  #answer(event: KeeperEvent): void {
    if (event.kind === 'started') this.#settle(event.id, event);
    else if (event.kind === 'ended') this.#settle(event.id, { kind: 'ended', end: event.end });
    else if (event.kind === 'run') {
      this.#lists[0]?.runs.push(event.run);
      this.#settle(event.run.id, { kind: 'known', run: event.run });
    } else if (event.kind === 'listed') {
      const list = this.#lists.shift();
      list?.answer.resolve(list.runs);
    }
  }

  #settle(id: string, answer: StartAnswer): void {
    this.#starts.get(id)?.resolve(answer);
    this.#starts.delete(id);
  }

  #cutNow(): void {
    if (!this.#open) return;
    this.#open = false;
    const lost = new Error('the connection to the keeper closed');
    for (const { reject } of this.#starts.values()) reject(lost);
    for (const { answer } of this.#lists) answer.reject(lost);
    this.#closing.resolve();
  }

  /** What was sent before still arrives. */
  #send(act: () => void): void {
    if (!this.#open || !this.#process.alive) return;
    this.#toKeeper.push(act);
    const { random, profile } = this.#world;
    const slow = random.chance(profile.keeperSlow) ? random.between(200, 6_000) : 0;
    this.#timeline.after(this.#delay() + slow, `keeper hears ${this.#process.name}`, () => {
      const next = this.#toKeeper.shift();
      if (this.#keeper.alive) next?.();
    });
  }

  #drop(): void {
    this.#keeper.disconnect(this);
  }

  #delay(): number {
    const { random } = this.#world;
    return random.chance(0.9) ? random.between(0, 1) : random.between(0, 40);
  }
}
