import type { AgentLink, HeldAttempt, HelloAnswer, HelloRequest, PollAnswer } from '@errand/contract';
import { LinkRefusal } from './link-refusal.ts';
import { backOff, orStopped, untilAnswered, type Waiting } from './retry.ts';

export interface PollLoopParts {
  readonly link: AgentLink;
  readonly hello: HelloRequest;
  readonly waiting: Waiting;
  readonly free: () => number;
  readonly held: () => readonly HeldAttempt[];
  readonly onAnswer: (answer: PollAnswer) => void;
}

/**
 * The conversation with the control plane: hello, then one long poll after the other. While the control plane is away, however long,
 * it is asked again ever more rarely and the commands go on.
 */
export class PollLoop {
  readonly #parts: PollLoopParts;
  #again = new AbortController();

  constructor(parts: PollLoopParts) {
    this.#parts = parts;
  }

  /** Presents the agent. Rejects when the control plane refuses it, for instance because it is too old. */
  async hello(): Promise<HelloAnswer> {
    const { link, hello, waiting } = this.#parts;
    const refused = { by: undefined as LinkRefusal | undefined };
    const ask = (): Promise<HelloAnswer | null> =>
      link.hello(hello).catch((error: unknown) => {
        if (!(error instanceof LinkRefusal)) throw error;
        refused.by = error;
        return null;
      });
    const answer = await untilAnswered('reach the control plane', ask, waiting);
    if (answer === null) throw refused.by ?? new Error('AGENT-1: a refusal without a reason');
    return answer;
  }

  /** Polls until the agent stops; rejects only then. */
  async run(first: HelloAnswer): Promise<never> {
    const { waiting } = this.#parts;
    let known = first;
    for (let failures = 0; ; ) {
      try {
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
    const request = { agentId, free: this.#parts.free(), held, waitMs, modules: [] };
    return orStopped(link.poll(request, signal), waiting.signal);
  }

  /** A control plane that came back may be another one: its policy counts, and its refusal is for people to solve. */
  async #helloAgain(known: HelloAnswer): Promise<HelloAnswer> {
    const { waiting } = this.#parts;
    try {
      return await this.hello();
    } catch (error) {
      waiting.signal.throwIfAborted();
      waiting.log.warn('the control plane refuses this agent', { error: String(error) });
      return known;
    }
  }
}
