import { createRun } from '../run/create.ts';
import { observeRun, type RunFact } from '../run/observe.ts';
import type { RunRecord } from '../run/record.ts';
import { type RunIntent, requestRun } from '../run/request.ts';
import { RUN_STATES, type RunState } from '../vocabulary/run-state.ts';
import { aSpec } from './builders.ts';

const EVENTS: readonly (RunFact | RunIntent)[] = [
  { kind: 'leased', agentId: 'a', leaseMs: 1, lostAfterMs: 1, now: 1 },
  { kind: 'not_placed', token: 1, why: 'no room', again: 2, now: 1 },
  { kind: 'not_placed', token: 1, why: 'no such image', again: null, now: 1 },
  { kind: 'starting', token: 1, claimant: 'c', now: 1 },
  { kind: 'ended', token: 1, reason: { kind: 'exited', code: 0 }, log: null, now: 1 },
  { kind: 'not_executed', token: 1, now: 1 },
  { kind: 'lease_ended', token: 1, now: 1 },
  { kind: 'agent_gone', token: 1, how: 'lost', now: 1 },
  { kind: 'queue_timed_out', now: 1 },
  { kind: 'cancel', signal: 'TERM', kill: false, now: 1 },
  { kind: 'retry', endedAt: null, now: 1 },
];

/** The states of a run as a Mermaid diagram, drawn by asking the tables themselves: one line for each event that changes the state. */
export function runDiagram(): string {
  const lines = RUN_STATES.flatMap((state) => EVENTS.flatMap((event) => edge(state, event)));
  return ['stateDiagram-v2', '  [*] --> queued', ...lines, '  finished --> [*]', ''].join('\n');
}

function edge(state: RunState, event: RunFact | RunIntent): string[] {
  const run = samples()[state];
  const step = isIntent(event) ? requestRun(run, event) : observeRun(run, event);
  return step.kind === 'next' && step.run.state !== state
    ? [`  ${state} --> ${step.run.state}: ${event.kind}`]
    : [];
}

function isIntent(event: RunFact | RunIntent): event is RunIntent {
  return event.kind === 'cancel' || event.kind === 'retry' || event.kind === 'close_input';
}

/** One record in each state, each made from the one before by its fact. */
function samples(): Record<RunState, RunRecord> {
  const about = {
    id: 'run',
    owner: 'o',
    createdBy: 'k',
    name: null,
    tags: [],
    pool: 'p',
    agentId: null,
    labels: {},
    concurrency: null,
    group: null,
    priority: 0,
  };
  const queued = createRun({ ...about, spec: aSpec() }, 0);
  const leased = after(queued, { kind: 'leased', agentId: 'a', leaseMs: 1, lostAfterMs: 1, now: 0 });
  const running = after(leased, { kind: 'starting', token: 1, claimant: 'c', now: 0 });
  const finished = after(running, {
    kind: 'ended',
    token: 1,
    reason: { kind: 'exited', code: 1 },
    log: null,
    now: 0,
  });
  return { queued: { ...queued, token: 1 }, leased, running, finished };
}

function after(run: RunRecord, fact: RunFact): RunRecord {
  const step = observeRun(run, fact);
  return step.kind === 'next' ? step.run : run;
}
