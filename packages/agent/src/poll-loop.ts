import type { AgentLink, HeldAttempt, HelloAnswer, HelloRequest, PollAnswer } from '@errand/contract';
import { LinkRefusal } from './link-refusal.ts';
import { backOff, orStopped, untilAnswered, type Waiting } from './retry.ts';

export interface PollLoopParts {
  readonly link: AgentLink;
  /** As it is now. */
  readonly hello: () => HelloRequest;
  readonly modules: () => readonly string[];
  readonly waiting: Waiting;
  readonly free: () => number;
  readonly held: () => readonly HeldAttempt[];
  /** Does it hold anything that it must bring to an end? */
  readonly busy: () => boolean;
  readonly onAnswer: (answer: PollAnswer) => void;
}

/** A program that was killed with its machine is missed after a poll's length; only then may another one have its identity. */
const IN_USE_MS = 45_000;
const IN_USE_AGAIN_MS = 2_000;

/**
 * The conversation with the control plane: hello, then one long poll after the other. While the control plane is away, however long,
 * it is asked again ever more rarely and the commands go on.
 */
export class PollLoop {
  readonly #parts: PollLoopParts;
  #again = new AbortController();
  /** Why the control plane refuses this agent: it takes nothing new, and ends once it holds nothing. */
  #refusal: LinkRefusal | undefined;
  /** What the control plane was told in the last hello is no longer so. */
  #outdated = false;

  constructor(parts: PollLoopParts) {
    this.#parts = parts;
  }

  /**
   * Presents the agent. Rejects when the control plane refuses it, for instance because it is too old; where another program with its
   * identity is there, only when that one does not go away.
   */
  async hello(): Promise<HelloAnswer> {
    const { clock, log, signal } = this.#parts.waiting;
    const until = clock.now() + IN_USE_MS;
    for (let first = true; ; first = false) {
      const answer = await this.#askHello();
      if (!(answer instanceof LinkRefusal)) return answer;
      if (!answer.isInUse || clock.now() >= until) throw answer;
      if (first) log.warn('waits for another agent with its identity to go', { error: answer.message });
      await clock.sleep(IN_USE_AGAIN_MS, signal);
      signal.throwIfAborted();
    }
  }

  /** Polls until the agent stops, or is refused and holds nothing; rejects only then. `refusal`: why it was refused already. */
  async run(first: HelloAnswer, refusal?: LinkRefusal): Promise<never> {
    const { waiting } = this.#parts;
    let known = first;
    this.#refusal = refusal;
    for (let failures = 0; ; ) {
      if (this.#refusal !== undefined && !this.#parts.busy()) throw this.#refusal;
      try {
        if (this.#outdated) known = await this.#helloAgain(known);
        this.#parts.onAnswer(await this.#poll(known));
        failures = 0;
      } catch (error) {
        waiting.signal.throwIfAborted();
        if (failures % 20 === 0)
          waiting.log.warn('lost the control plane; trying again', { error: String(error) });
        await backOff(failures, waiting);
        failures += 1;
        known = await this.#helloAgain(known);
      }
    }
  }

  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  /** What the agent offers has changed. */
  sayHelloAgain(): void {
    this.#outdated = true;
    this.refresh();
  }

  /** What the agent holds or would take has changed in a way that the poll under way does not know: ask again now. */
  refresh(): void {
    this.#again.abort('again');
  }

  #poll({ agentId, policy }: HelloAnswer): Promise<PollAnswer> {
    const { link, waiting } = this.#parts;
    const held = this.#parts.held();
    const waitMs = held.length > 0 ? policy.pollHeldMs : policy.pollIdleMs;
    this.#again = new AbortController();
    const signal = AbortSignal.any([waiting.signal, this.#again.signal]);
    const request = { agentId, free: this.#parts.free(), held, waitMs, modules: this.#parts.modules() };
    return orStopped(link.poll(request, signal), waiting.signal);
  }

  /** A script that the control plane cannot take must not cost the agent its place. */
  async #askHello(): Promise<HelloAnswer | LinkRefusal> {
    const { hello, waiting } = this.#parts;
    this.#outdated = false;
    const request = hello();
    const answer = await this.#present(request);
    const mayBeScripts = answer instanceof LinkRefusal && answer.code === 'invalid';
    if (!mayBeScripts || request.scripts.length === 0) return answer;
    const again = await this.#present({ ...request, scripts: [] });
    if (!(again instanceof LinkRefusal))
      waiting.log.warn('offers no scripts: the control plane does not take them', { error: answer.message });
    return again;
  }

  #present(request: HelloRequest): Promise<HelloAnswer | LinkRefusal> {
    const { link, waiting } = this.#parts;
    const ask = (): Promise<HelloAnswer | LinkRefusal> =>
      link.hello(request).catch((error: unknown) => {
        if (error instanceof LinkRefusal) return error;
        throw error;
      });
    return untilAnswered('reach the control plane', ask, waiting);
  }

  /** A control plane that came back may be another one: its policy counts, and its refusal is for people to solve. */
  async #helloAgain(known: HelloAnswer): Promise<HelloAnswer> {
    const { waiting } = this.#parts;
    try {
      const answer = await this.hello();
      this.#refusal = undefined;
      return answer;
    } catch (error) {
      waiting.signal.throwIfAborted();
      if (this.#refusal === undefined)
        waiting.log.warn('the control plane refuses this agent; it finishes what it has', {
          error: String(error),
        });
      if (error instanceof LinkRefusal) this.#refusal = error;
      return known;
    }
  }
}
