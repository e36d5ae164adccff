import type { Guard } from '../run-mutations.ts';

const OBSERVE = 'packages/core/src/job/observe.ts';
const ATTEMPT = 'packages/core/src/job/attempt.ts';
const PLAN = 'packages/core/src/plan/plan-jobs.ts';
const RECONCILER = 'packages/server/src/reconciler/jobs';
const PARTS = 'packages/server/src/use-cases/jobs/job-parts.ts';

/** Guards of the life of jobs, to be noticed by a world of a job. */
export const JOB_MUTATIONS: readonly Guard[] = [
  {
    name: 'jobs: asking for the session again makes another',
    file: `${RECONCILER}/ask-session.ts`,
    from: 'idempotencyKey: sessionKey(attempt),',
    to: 'idempotencyKey: null,',
  },
  {
    name: 'jobs: submitting a command again makes another run',
    file: `${RECONCILER}/submit-command.ts`,
    from: 'const idempotencyKey = commandKey(attempt, command);',
    to: 'const idempotencyKey = null;',
  },
  {
    name: 'jobs: the next attempt has the session of the last',
    file: PARTS,
    from: 'return `job ${attempt}`;',
    to: "return attempt > 0 ? 'job' : '';",
  },
  {
    name: 'jobs: the next attempt has the commands of the last',
    file: PARTS,
    from: 'return `job ${attempt} ${command}`;',
    to: "return `job ${attempt > 0 ? '' : 0} ${command}`;",
  },
  {
    name: 'jobs: a session that nobody knows of is left alone',
    file: `${RECONCILER}/tear-down.ts`,
    from: "if (inserted.kind === 'repeated')",
    to: "if (inserted.kind === 'repeated' && attempt < 0)",
  },
  {
    name: 'jobs: the next attempt does not wait for the end of the last session',
    file: `${RECONCILER}/tear-down.ts`,
    from: 'isDone: ({ state }) => isFinalState(state),',
    to: "isDone: ({ state }) => state !== 'ready',",
  },
  {
    name: 'jobs: an output that was there before is not looked at',
    file: `${RECONCILER}/begin.ts`,
    from: 'return newerThanStart ? await placeOf(parts, target).look(target, sessionId) : null;',
    to: 'return newerThanStart && sessionId === null ? await placeOf(parts, target).look(target, sessionId) : null;',
  },
  {
    name: 'jobs: a command that was canceled with its session counts as failed',
    file: PLAN,
    from: 'if (run !== null && run.id === runId && run.end !== null && !endedWithSession(planning)) {',
    to: 'if (run !== null && run.id === runId && run.end !== null && (true || endedWithSession(planning))) {',
  },
  {
    name: 'jobs: a command may run for ever',
    file: PLAN,
    from: "return passed(attemptDeadline(job)) ? observe({ kind: 'timed_out', limit: 'attempt', now }) : null;",
    to: 'return null;',
  },
  {
    name: 'jobs: an attempt goes on although its session has ended',
    file: PLAN,
    from: '  if (over !== null) return over;\n',
    to: '',
  },
  {
    name: 'jobs: a command that failed is no failure',
    file: OBSERVE,
    from: "if (outcome !== 'succeeded')",
    to: "if (outcome === 'canceled')",
  },
  {
    name: 'jobs: what is lost counts as a failure of the command',
    file: OBSERVE,
    from: "if (outcome === 'lost')",
    to: "if (outcome === 'lost' && command < 0)",
  },
  {
    name: 'jobs: the session of a job that is canceled meanwhile is not known',
    file: OBSERVE,
    from: 'waiting: sessionMade, tearing_down: sessionFound }),',
    to: 'waiting: sessionMade }),',
  },
  {
    name: 'jobs: attempts are not counted',
    file: ATTEMPT,
    from: 'if (cause === null || cancel !== null || number >= spec.retry.attempts) return null;',
    to: 'if (cause === null || cancel !== null) return null;',
  },
  {
    name: 'jobs: a canceled one is tried again',
    file: ATTEMPT,
    from: 'if (cause === null || cancel !== null || number >= spec.retry.attempts) return null;',
    to: 'if (cause === null || number >= spec.retry.attempts) return null;',
  },
  {
    name: 'jobs: whoever cancels between attempts does not have the last word',
    file: ATTEMPT,
    from: 'return cancel === null ? cause : ',
    to: 'return true ? cause : ',
  },
  {
    name: 'jobs: a store saves over what somebody else saved',
    file: 'packages/server/src/stores/sql/jobs/job-store.ts',
    from: ".where('version', '=', job.version - 1)",
    to: '',
  },
];
