import type { Clock, OutputProgress } from '@errand/core';

/** What takes longer goes on by itself, so that its job can be canceled, or come to a limit, meanwhile. */
const MOMENT_MS = 1_000;

/** Looks at outputs: each is begun once and goes on, however long it takes, until somebody has heard what came of it. */
export class OutputLooks {
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #ofJobs = new Map<string, Map<string, Promise<OutputProgress>>>();

  constructor(clock: Pick<Clock, 'sleep'>) {
    this.#clock = clock;
  }

  /** What came of the look of this job that is named so, begun by `look` if it was not; null: nothing yet, ask again. */
  async ask(
    jobId: string,
    name: string,
    look: () => Promise<OutputProgress>,
  ): Promise<OutputProgress | null> {
    const looks = this.#ofJobs.get(jobId) ?? new Map<string, Promise<OutputProgress>>();
    this.#ofJobs.set(jobId, looks);
    const underWay = looks.get(name) ?? look();
    looks.set(name, underWay);
    const waits = new AbortController();
    const heard = (): void => {
      looks.delete(name);
      waits.abort();
    };
    const moment = this.#clock.sleep(MOMENT_MS, waits.signal).then(() => null);
    // Of one that fails when nobody waits for it the next one asks anew.
    underWay.catch(() => undefined);
    try {
      const progress = await Promise.race([underWay, moment]);
      if (progress !== null) heard();
      return progress;
    } catch (error) {
      heard();
      throw error;
    }
  }

  /** Nobody asks for those of this job any more. */
  forget(jobId: string): void {
    this.#ofJobs.delete(jobId);
  }
}
