import { plainText } from '../output/plain-text.ts';
import type { StatusLine } from '../output/status-line.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Interrupt = (typeof SIGNALS)[number];

/** A run, or several. */
interface Cancelable {
  cancel(how: { readonly signal: 'INT' | 'TERM'; readonly kill: boolean }): Promise<unknown>;
}

/**
 * What Ctrl-C, TERM and HUP do to the run that is watched. The first asks the run to end: its tree gets INT (for Ctrl-C) or TERM, after the grace the kill.
 * The second kills at once. The third only stops the watching: `gone` aborts, while the cancel goes on.
 */
export class Interrupts implements Disposable {
  readonly #gone = new AbortController();
  readonly #status: StatusLine;
  readonly #listener = (signal: Interrupt): void => this.#take(signal);
  #run: Cancelable | undefined;
  #count = 0;
  #first: Interrupt = 'SIGINT';

  constructor(status: StatusLine) {
    this.#status = status;
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  /** Aborts when whoever watches shall stop watching. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** From now on interrupts are about this run; one that came before is made up for. */
  watch(run: Cancelable): void {
    this.#run = run;
    if (this.#count > 0) this.#cancel(run, this.#count > 1);
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }

  #take(signal: Interrupt): void {
    this.#count += 1;
    if (this.#count === 1) this.#first = signal;
    if (this.#count >= 3) this.#gone.abort();
    else if (this.#run !== undefined) this.#cancel(this.#run, this.#count > 1);
  }

  #cancel(run: Cancelable, kill: boolean): void {
    this.#status.note(
      kill ? 'killing; once more to stop watching' : 'ending the run; once more to kill it now',
    );
    run.cancel({ signal: this.#first === 'SIGINT' ? 'INT' : 'TERM', kill }).catch((error: unknown) => {
      this.#status.note(`the cancel did not arrive: ${plainText(String(error))}`);
    });
  }
}
