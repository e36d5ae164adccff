import type { CancelSignal } from '../vocabulary/run-choice.ts';
import { backToQueue, finish } from './finish.ts';
import { type ByState, next, type RunStep, same } from './lifecycle.ts';
import type { CancelRequest, RunRecord } from './record.ts';

/** What somebody wants of a run. */
export type RunIntent =
  /** End it: signal, grace, kill; with `kill` at once. Repeatable; a later one may only hurry. */
  | {
      readonly kind: 'cancel';
      readonly signal: CancelSignal;
      readonly kill: boolean;
      /** Why, in a sentence, where nobody asked for it. */
      readonly why?: string | null;
      readonly now: number;
    }
  /** One more attempt at a finished run: after the end that was seen (`endedAt`), so that a repeat changes nothing; null: after any. */
  | { readonly kind: 'retry'; readonly endedAt: number | null; readonly now: number }
  /** The writer of standard input has written all of its `bytes`. */
  | { readonly kind: 'close_input'; readonly bytes: number };

/** The answer of a run to a wish. Never throws; a wish that cannot be granted is `refused` with the reason. */
export function requestRun(run: RunRecord, intent: RunIntent): RunStep {
  const byState = INTENTS[intent.kind] as ByState<RunIntent>;
  return byState[run.state](run, intent);
}

type Cancel = Extract<RunIntent, { kind: 'cancel' }>;
type Retry = Extract<RunIntent, { kind: 'retry' }>;

type CloseInput = Extract<RunIntent, { kind: 'close_input' }>;

const INTENTS: {
  readonly cancel: ByState<Cancel>;
  readonly retry: ByState<Retry>;
  readonly close_input: ByState<CloseInput>;
} = {
  cancel: { queued: cancelBeforeStart, leased: cancelBeforeStart, running: cancelRunning, finished: same },
  retry: { queued: notFinished, leased: notFinished, running: notFinished, finished: retryFinished },
  close_input: { queued: closeInput, leased: closeInput, running: closeInput, finished: same },
};

function closeInput(run: RunRecord, { bytes }: CloseInput): RunStep {
  return run.inputEnd === null ? next(run, { inputEnd: bytes }) : same();
}

/** Nothing was executed, so the run is over at once; an agent that holds the lease is refused at the door. */
function cancelBeforeStart(run: RunRecord, { kill, signal, why = null, now }: Cancel): RunStep {
  const canceled: RunRecord = { ...run, cancel: { at: now, signal, kill, why } };
  return finish(canceled, { reason: { kind: 'canceled' }, log: null, now });
}

function cancelRunning(run: RunRecord, { kill, signal, why = null, now }: Cancel): RunStep {
  if (run.cancel !== null && (run.cancel.kill || !kill)) return same();
  const cancel: CancelRequest = { at: run.cancel?.at ?? now, signal, kill, why: run.cancel?.why ?? why };
  const agentId = run.attempt?.agentId ?? '';
  return next(run, { cancel }, { kind: 'tell_agent', agentId });
}

function retryFinished(run: RunRecord, { endedAt, now }: Retry): RunStep {
  if (endedAt !== null && endedAt !== run.end?.at) return same();
  if (run.spec.caller) {
    const why =
      'this run inherited folder and environment from its command line, which are not kept; run the command again';
    return { kind: 'refused', why };
  }
  const reason = run.end?.reason ?? { kind: 'lost' };
  return backToQueue(run, { reason, log: run.end?.log ?? null, now, notBefore: now });
}

function notFinished(_run: RunRecord, { endedAt }: Retry): RunStep {
  // Who saw an end of it asked for this attempt before, and did not hear the answer.
  if (endedAt !== null) return same();
  return { kind: 'refused', why: 'the run has not finished; cancel it first or wait for its end' };
}
