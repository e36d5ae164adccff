/**
 * The life of a run: `queued -> leased -> running -> finished`.
 *
 * Two verbs make every next record: `request` (what somebody wants) and `observe` (what an agent or a clock reports). Both look the
 * event up in one table per state, so a state without an answer to an event does not compile. Facts may come repeated, late and out of
 * order: an answer is `next` (a new record), `same` (nothing changes; the sender may be told that all is well), `superseded` (the
 * sender holds a token that is no longer the run's; it must end what it runs under it) or `refused` (a wish that cannot be granted).
 *
 * Between `leased` and `running` lies the one door: an agent executes only after `starting(token)` was accepted. Before it, a lost
 * lease costs nothing; behind it, the attempt counts as executed for ever.
 */
import type { RunState } from '../vocabulary/run-state.ts';
import type { RunRecord } from './record.ts';

export type RunStep =
  | { readonly kind: 'next'; readonly run: RunRecord; readonly actions: readonly RunAction[] }
  | { readonly kind: 'same' }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'refused'; readonly why: string };

/** What should follow a change soon. Only hints: polling finds out by itself. */
export type RunAction =
  | { readonly kind: 'serve_pool'; readonly pool: string }
  | { readonly kind: 'tell_agent'; readonly agentId: string };

/** One answer per state; a gap does not compile. */
export type ByState<Event> = { readonly [State in RunState]: (run: RunRecord, event: Event) => RunStep };

export const SAME: RunStep = { kind: 'same' };
export const SUPERSEDED: RunStep = { kind: 'superseded' };

export function same(): RunStep {
  return SAME;
}

export function superseded(): RunStep {
  return SUPERSEDED;
}

/** The next record, one version on. */
export function next(run: RunRecord, change: Partial<RunRecord>, ...actions: RunAction[]): RunStep {
  return { kind: 'next', run: { ...run, ...change, version: run.version + 1 }, actions };
}
