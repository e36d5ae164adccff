import type { KeptOutcome } from './kept-attempt.ts';
import type { SpoolEnd } from './ports.ts';

/** What was executed, or why nothing was. */
export type Outcome =
  | KeptOutcome
  | { readonly kind: 'canceled' }
  /** The container in which it ran is gone; `end` is that of the way to it. */
  | { readonly kind: 'machine_gone'; readonly end: SpoolEnd };
