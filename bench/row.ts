import type { Bench } from './bench.ts';

/** One line of the table. */
export interface Line {
  readonly what: string;
  /** What it is held against, with its figure in this run; null where there is nothing like it. */
  readonly yardstick: string | null;
  readonly measured: string;
  readonly budget: string;
  /** null: there is no budget, or it could not be measured. */
  readonly met: boolean | null;
}

/** One measurement of DESIGN's table of budgets, and what is measured together with it. */
export interface Row {
  readonly name: string;
  measure(bench: Bench): Promise<readonly Line[]>;
}

/** A yardstick that this machine does not have. */
export function notHere(what: string, budget: string, why: string): Line {
  return { what, yardstick: `none: ${why}`, measured: '-', budget, met: null };
}
