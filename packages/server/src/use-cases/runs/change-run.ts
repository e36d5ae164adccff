import type { Notifier, RunRecord, RunStep, RunStore } from '@errand/core';
import { topics } from '../topics.ts';

/** The store refuses a save only when somebody else saved first, so this many losses in a row mean a fault of ours. */
const MOST_TRIES = 100;

export interface ChangeRunParts {
  readonly runs: Pick<RunStore, 'get' | 'save'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
}

export interface ChangedRun {
  readonly step: RunStep;
  /** The record as it is now. */
  readonly run: RunRecord;
}

/** Load, decide, save under the version; again when somebody else was faster. null: there is no such run. */
export async function changeRun(
  { runs, notifier }: ChangeRunParts,
  id: string,
  decide: (run: RunRecord) => RunStep,
): Promise<ChangedRun | null> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const run = await runs.get(id);
    if (run === null) return null;
    const step = decide(run);
    if (step.kind !== 'next') return { step, run };
    if ((await runs.save(step.run)) === 'saved') {
      announce(notifier, step);
      return { step, run: step.run };
    }
  }
  throw new Error(`RUN-2: run ${id} could not be saved in ${MOST_TRIES} tries`);
}

/** Tells whoever waits for this run, and whoever should act on the change. */
export function announce(notifier: Pick<Notifier, 'pulse'>, step: Extract<RunStep, { kind: 'next' }>): void {
  notifier.pulse(topics.run(step.run.id));
  notifier.pulse(topics.runs, step.run.id);
  if (step.run.state === 'finished') notifier.pulse(topics.runEnd(step.run.id));
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
