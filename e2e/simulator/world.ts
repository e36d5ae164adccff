import type { History } from './checks/history.ts';
import type { Profile } from './profile.ts';
import { hashText, type Random } from './time/random.ts';
import type { Timeline } from './time/timeline.ts';

/** What all parts of one simulation share. */
export interface World {
  readonly seed: number;
  /** Faults and runs that are left out, to find those that matter: `fault 3`, `run 0`. */
  readonly without: ReadonlySet<string>;
  readonly profile: Profile;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly trace: Trace;
  /** What really happened, as no part of the production code sees it. */
  readonly history: History;
}

/** A broken promise of the design, named by an id that stands once in the code. */
export interface Violation {
  readonly id: string;
  readonly invariant: 1 | 2 | 3 | 4 | 5;
  readonly what: string;
  readonly step: number;
  readonly at: number;
}

/** Everything that happens, as a hash, and as lines where somebody reads them. */
export class Trace {
  step = 0;
  violation: Violation | undefined;
  #hash = 0x811c9dc5;
  readonly #timeline: Pick<Timeline, 'now'>;
  readonly #print: ((line: string) => void) | null;

  constructor(timeline: Pick<Timeline, 'now'>, print: ((line: string) => void) | null) {
    this.#timeline = timeline;
    this.#print = print;
  }

  note(what: string): void {
    this.#hash = hashText(what, this.#hash ^ this.#timeline.now);
    this.#print?.(`${String(this.step).padStart(6)} ${(this.#timeline.now / 1_000).toFixed(3)} ${what}`);
  }

  /** The first one counts: what follows may only be its consequence. */
  fail(invariant: Violation['invariant'], id: string, what: string): void {
    this.note(`VIOLATION ${id} ${what}`);
    this.violation ??= { id, invariant, what, step: this.step, at: this.#timeline.now };
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0');
  }
}
