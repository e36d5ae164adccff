import type { Clock } from '../ports/clock.ts';

export interface FakeClock extends Clock {
  /** Lets time pass: everybody whose sleep ends within it wakes, in order of time. */
  advance(ms: number): Promise<void>;
  /** Moves the wall time alone, as an operator or a time server does. */
  jump(ms: number): void;
  /** How many are asleep. */
  readonly sleeping: number;
}

/** A clock that stands still until it is told to go on. */
export function fakeClock(start = 1_700_000_000_000): FakeClock {
  let wall = start;
  let steady = 0;
  const sleepers = new Set<Sleeper>();

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = { at: steady + ms, wake };
      function wake(): void {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      }
      signal?.addEventListener('abort', wake);
      sleepers.add(sleeper);
    });
  }

  async function advance(ms: number): Promise<void> {
    const until = steady + ms;
    for (let next = nextSleeper(until); next !== undefined; next = nextSleeper(until)) {
      wall += next.at - steady;
      steady = next.at;
      next.wake();
      await settle();
    }
    wall += until - steady;
    steady = until;
    await settle();
  }

  function nextSleeper(until: number): Sleeper | undefined {
    const due = [...sleepers].filter(({ at }) => at <= until);
    return due.sort((a, b) => a.at - b.at)[0];
  }

  return {
    now: () => wall,
    steady: () => steady,
    sleep,
    advance,
    jump: (ms) => {
      wall += ms;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Long enough for what was woken to reach its next sleep, as long as it waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
