import { type Clock, type EndedBy, ProviderError } from '@errand/core';
import type { FailureQueue } from './failure-queue.ts';
import { readFailure } from './failure-record.ts';
import type { FunctionAgents } from './function-agents.ts';

export interface FailuresParts {
  readonly queue: FailureQueue;
  readonly agents: Pick<FunctionAgents, 'launchOf' | 'isKnown'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Somebody has to set something right; it is tried again all the same. */
  readonly onProblem: (sentence: string) => void;
}

/** After a call that failed; doubled with each one. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * What the on-failure destination says of invocations. A message stays in the queue until what it says was written down: a control plane that dies meanwhile
 * hears it again.
 */
export class Failures {
  readonly #parts: FailuresParts;
  readonly #ends = new Map<string, { readonly end: EndedBy; receipt: string }>();

  constructor(parts: FailuresParts) {
    this.#parts = parts;
  }

  /** How the invocation of a launch failed; null: nobody has said that it did. */
  of(launch: string): EndedBy | null {
    return this.#ends.get(launch)?.end ?? null;
  }

  /** What was said of a launch is written down. */
  async settle(launch: string): Promise<void> {
    const known = this.#ends.get(launch);
    if (known === undefined) return;
    await this.#parts.queue.remove(known.receipt);
    this.#ends.delete(launch);
  }

  /** Listens until the signal aborts; `failed` hears of each session whose invocation failed. */
  async watch(failed: (sessionId: string) => void, signal: AbortSignal): Promise<void> {
    const { clock, onProblem } = this.#parts;
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.#listen(failed, signal);
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (signal.aborted) return;
        const passes = error instanceof ProviderError && error.kind === 'transient';
        if (!passes || pause === LONGEST_PAUSE_MS)
          onProblem(error instanceof Error ? error.message : String(error));
        pause = passes ? Math.min(pause * 2, LONGEST_PAUSE_MS) : LONGEST_PAUSE_MS;
        await clock.sleep(pause, signal);
      }
    }
  }

  async #listen(failed: (sessionId: string) => void, signal: AbortSignal): Promise<void> {
    const { queue, agents } = this.#parts;
    for (const { text, receipt } of await queue.receive(signal)) {
      const failure = readFailure(text);
      const of = failure === null ? null : agents.launchOf(failure.token);
      // Another control plane may have the same queue: what is not ours is left to it.
      if (failure === null || of === null) continue;
      if (await agents.isKnown(of.sessionId)) {
        this.#ends.set(of.launch, { end: failure.end, receipt });
        failed(of.sessionId);
      } else await queue.remove(receipt);
    }
  }
}
