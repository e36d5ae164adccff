import { JOB_MUTATIONS } from './jobs/job-mutations.ts';
import { type Guard, RUN_MUTATIONS } from './run-mutations.ts';
import { POOL_MUTATIONS } from './sessions/pool-mutations.ts';
import { SESSION_MUTATIONS } from './sessions/session-mutations.ts';

export interface Mutation extends Guard {
  /** Of which kind of worlds the seed is that must notice. */
  readonly worlds: 'runs' | 'sessions' | 'jobs';
}

export const MUTATIONS: readonly Mutation[] = [
  ...noticedBy('runs', RUN_MUTATIONS),
  ...noticedBy('sessions', SESSION_MUTATIONS),
  ...noticedBy('sessions', POOL_MUTATIONS),
  ...noticedBy('jobs', JOB_MUTATIONS),
];

function noticedBy(worlds: Mutation['worlds'], guards: readonly Guard[]): readonly Mutation[] {
  return guards.map((guard) => ({ ...guard, worlds }));
}
