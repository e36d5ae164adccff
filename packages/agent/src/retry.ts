import type { Clock, Logger } from './ports.ts';

/** What waiting needs. The signal is the agent's stop: everything that waits ends with it. */
export interface Waiting {
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** 100 ms, 200 ms, ... 15 s: soon enough after a short cut, rare enough for a control plane that is away for long. */
const FIRST_MS = 100;
const LAST_MS = 15_000;

/** Asks again until there is an answer: after half to all of a time that doubles. Rejects only when the agent stops. */
export async function untilAnswered<T>(what: string, ask: () => Promise<T>, waiting: Waiting): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await orStopped(ask(), waiting.signal);
    } catch (error) {
      waiting.signal.throwIfAborted();
      // Once when it begins and then now and again; a line for each would fill the log of a cut-off agent.
      if (failures % 20 === 0) waiting.log.warn(`could not ${what}; trying again`, { error: String(error) });
      await backOff(failures, waiting);
    }
  }
}

/** Sleeps as long as the n-th failure in a row asks for. Rejects when the agent stops. */
export async function backOff(failures: number, { clock, random, signal }: Waiting): Promise<void> {
  const ms = Math.min(FIRST_MS * 2 ** failures, LAST_MS);
  await clock.sleep(ms * (0.5 + random() / 2), signal);
  signal.throwIfAborted();
}

/** The promise, or a rejection as soon as the agent stops. */
export function orStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
