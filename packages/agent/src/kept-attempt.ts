import { KeeperRefusal } from './keeper/client.ts';
import { KeeperAway, type KeeperLine } from './keeper-line.ts';
import type { Keeper, KeeperEvent, KillOrder, Spool, SpoolEnd, StartRequest } from './ports.ts';
import { backOff, orStopped, type Waiting } from './retry.ts';
import { Wake } from './wake.ts';

/** What became of an attempt at its keeper. `lost`: it was executed, its keeper is dead and has left no end. */
export type KeptOutcome =
  | { readonly kind: 'ended'; readonly end: SpoolEnd }
  | { readonly kind: 'lost' }
  | { readonly kind: 'not_executed' }
  | { readonly kind: 'refused'; readonly why: string };

export interface KeptAttemptParts {
  /** What the keeper calls it. */
  readonly id: string;
  readonly line: KeeperLine;
  /** What the keeper has written down of it. */
  readonly slots: () => ReturnType<Spool['slots']>;
  readonly waiting: Waiting;
  /** The command runs: now, or since a time that nobody knows any more. */
  readonly onStarted: (at: number | null) => void;
  readonly onGrew: (size: number) => void;
  /** A connection is there (again); `acceptedInput` bytes of standard input have reached the command. */
  readonly onKeeper: (keeper: Keeper, acceptedInput: number) => void;
}

/** A keeper that is not there by then, some 20 s later, will not come: its session starts it anew within about a second. */
const AWAY_LOOKS = 8;

/** One attempt at its keeper: started, or found again, and followed to its end across cut connections. */
export class KeptAttempt {
  readonly #parts: KeptAttemptParts;
  readonly #id: string;
  readonly #wake = new Wake();
  #end: SpoolEnd | undefined;
  /** Events reach this attempt. */
  #attached = false;
  /** Said again on a new connection: the keeper may not have got it. */
  #kill: KillOrder | undefined;

  constructor(parts: KeptAttemptParts) {
    this.#parts = parts;
    this.#id = parts.id;
  }

  /** Has it executed, once and if it still may be, and follows it to its end. Rejects only when the agent stops. */
  async execute(request: StartRequest, isPermitted: () => Promise<boolean>): Promise<KeptOutcome> {
    return this.#listening(async () => (await this.#start(request, isPermitted)) ?? this.#untilEnd());
  }

  /** Follows an attempt that was started before, or was not. Rejects only when the agent stops. */
  async follow(): Promise<KeptOutcome> {
    return this.#listening(() => this.#untilEnd());
  }

  /** Orders the end of the tree; the keeper sees to it, also when this agent is gone. Repeatable. */
  kill(order: KillOrder): void {
    this.#kill = order;
    this.#parts.line.now?.kill(this.#id, order);
  }

  resize(size: { rows: number; columns: number }): void {
    this.#parts.line.now?.resize(this.#id, size);
  }

  /** The end is in safe hands. */
  forget(): void {
    this.#parts.line.now?.forget(this.#id);
  }

  async #listening(run: () => Promise<KeptOutcome>): Promise<KeptOutcome> {
    const off = this.#parts.line.listen(this.#id, {
      onEvent: (event) => this.#receive(event),
      onClosed: () => {
        this.#attached = false;
        this.#wake.wake();
      },
    });
    try {
      return await run();
    } finally {
      off();
    }
  }

  /** Undefined as soon as the keeper has it: what follows is the same for every attempt. */
  async #start(request: StartRequest, isPermitted: () => Promise<boolean>): Promise<KeptOutcome | undefined> {
    const { line, slots, waiting } = this.#parts;
    for (let failures = 0; ; failures += 1) {
      try {
        const keeper = await orStopped(line.open(), waiting.signal);
        if (!(await isPermitted())) return this.#refused();
        const answer = await orStopped(keeper.start(request), waiting.signal);
        if (answer.kind === 'ended') return answer;
        if (answer.kind === 'started')
          this.#attach(keeper, { startedAt: answer.time, size: 0, acceptedInput: 0 });
        return undefined;
      } catch (error) {
        waiting.signal.throwIfAborted();
        const isGone = error instanceof KeeperAway && failures === AWAY_LOOKS;
        if (error instanceof KeeperRefusal || isGone) return { kind: 'refused', why: error.message };
        waiting.log.warn('could not reach the keeper; trying again', { id: this.#id, error: String(error) });
        // A keeper that got the request before the connection broke has said so in its slot, or will know the id.
        if (slots().executedAt !== undefined) return undefined;
        await backOff(failures, waiting);
      }
    }
  }

  /** An order of before the refusal may have reached the keeper although its answer was lost. */
  #refused(): KeptOutcome | undefined {
    return this.#parts.slots().executedAt === undefined ? { kind: 'not_executed' } : undefined;
  }

  async #untilEnd(): Promise<KeptOutcome> {
    for (let failures = 0; ; ) {
      if (this.#end !== undefined) return { kind: 'ended', end: this.#end };
      if (this.#attached) {
        await orStopped(this.#wake.wait(), this.#parts.waiting.signal);
        failures = 0;
        continue;
      }
      try {
        const outcome = await orStopped(this.#findAgain(), this.#parts.waiting.signal);
        if (outcome !== undefined) return outcome;
      } catch (error) {
        this.#parts.waiting.log.warn('could not ask the keeper; trying again', { error: String(error) });
        await backOff(failures, this.#parts.waiting);
        failures += 1;
      }
    }
  }

  /** Asks the keeper, or the slots where it is dead or does not know the attempt. Undefined: it runs. */
  async #findAgain(): Promise<KeptOutcome | undefined> {
    const first = await this.#askKeeper();
    if (first !== 'unknown') return first;
    const { executedAt, end } = this.#parts.slots();
    if (end !== undefined) return { kind: 'ended', end };
    if (executedAt === undefined) return { kind: 'not_executed' };
    // It may have begun after it answered: an order of a dead agent was still on its way. Then it knows the attempt by now.
    const again = await this.#askKeeper();
    return again === 'unknown' ? { kind: 'lost' } : again;
  }

  async #askKeeper(): Promise<KeptOutcome | undefined | 'unknown'> {
    const keeper = await this.#parts.line.connect();
    const kept = (await keeper?.list())?.find(({ id }) => id === this.#id);
    if (keeper === null || kept === undefined) return 'unknown';
    if (kept.end !== undefined) return { kind: 'ended', end: kept.end };
    this.#attach(keeper, { startedAt: null, ...kept });
    return undefined;
  }

  #attach(keeper: Keeper, at: { startedAt: number | null; size: number; acceptedInput: number }): void {
    // The connection may have broken between the answer and now; its closing was told before it counted.
    this.#attached = this.#parts.line.now === keeper;
    if (!this.#attached) return;
    this.#parts.onStarted(at.startedAt);
    if (this.#kill !== undefined) keeper.kill(this.#id, this.#kill);
    this.#parts.onKeeper(keeper, at.acceptedInput);
    if (at.size > 0) this.#parts.onGrew(at.size);
  }

  #receive(event: KeeperEvent): void {
    if (event.kind === 'grew') for (const { size } of event.sizes) this.#parts.onGrew(size);
    if (event.kind === 'ended') {
      this.#end = event.end;
      this.#wake.wake();
    }
  }
}
