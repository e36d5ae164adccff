import type { Notifier, RunRecord, RunResult, RunStep, RunStore } from '@errand/core';
import { changeRecord } from '../change-record.ts';
import { topics } from '../topics.ts';

export interface ChangeRunParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'release'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
}

export interface ChangedRun {
  readonly step: RunStep;
  /** The record as it is now. */
  readonly run: RunRecord;
}

/**
 * Load, decide, save under the version; again when somebody else was faster. null: there is no such run. `resultOf`: what is stored beside the next
 * record.
 */
export async function changeRun(
  parts: ChangeRunParts,
  id: string,
  decide: (run: RunRecord) => RunStep,
  resultOf: (next: RunRecord) => RunResult | null = () => null,
): Promise<ChangedRun | null> {
  const { runs, notifier } = parts;
  const changed = await changeRecord({
    what: `RUN-2: run ${id}`,
    load: () => runs.get(id),
    decide,
    nextOf: (step) => (step.kind === 'next' ? step.run : null),
    save: (next) => runs.save(next, resultOf(next) ?? undefined),
  });
  if (changed === null) return null;
  const { step, before, record: run } = changed;
  if (step.kind === 'next') {
    announce(notifier, step);
    if (makesRoom(before, run)) await giveRoom(parts, run);
  }
  return { step, run };
}

/** Has it left its agent, or the queue for good? Then others may follow it through their gates. */
function makesRoom(before: RunRecord, { state }: RunRecord): boolean {
  const wasHeld = before.state === 'leased' || before.state === 'running';
  return before.state !== 'finished' && (state === 'finished' || (wasHeld && state === 'queued'));
}

/** Where it fails, the reconciler does it a little later. */
async function giveRoom({ runs, notifier }: ChangeRunParts, run: RunRecord): Promise<void> {
  const someMayGo = await runs.release(run).catch(() => false);
  if (someMayGo) notifier.pulse(topics.pool(run.pool));
}

/** Tells whoever waits for this run, and whoever should act on the change. */
export function announce(notifier: Pick<Notifier, 'pulse'>, step: Extract<RunStep, { kind: 'next' }>): void {
  notifier.pulse(topics.run(step.run.id));
  notifier.pulse(topics.runs, step.run.id);
  if (step.run.state === 'finished') notifier.pulse(topics.runEnd(step.run.id));
  if (step.run.group !== null) notifier.pulse(topics.group(step.run.group.id));
  for (const action of step.actions) {
    switch (action.kind) {
      case 'serve_pool':
        notifier.pulse(topics.pool(action.pool));
        break;
      case 'tell_agent':
        notifier.pulse(topics.agent(action.agentId));
        break;
    }
  }
}
