import type { StatusCount } from '../ports/group-store.ts';
import type { RunIntent } from '../run/request.ts';
import type { RunState, RunStatus } from '../vocabulary/run-state.ts';
import type { GroupRecord } from './record.ts';

/** What is to be done about a group. Pure. */
export interface GroupPlan {
  /** What its runs in one of these states shall be asked; null: nothing. */
  readonly ask: { readonly intent: RunIntent; readonly states: readonly RunState[] } | null;
  /** All of its runs have ended. */
  readonly close: boolean;
}

/** A wish to end it holds for every run; too many failures end those that have not begun. */
export function planGroup(group: GroupRecord, counts: readonly StatusCount[], now: number): GroupPlan {
  const count = (...statuses: readonly RunStatus[]): number =>
    counts.filter(({ status }) => statuses.includes(status)).reduce((sum, each) => sum + each.count, 0);
  const failed = count('failed', 'timed_out', 'lost');
  const close = count('queued', 'starting', 'running', 'unreachable', 'canceling') === 0;
  if (close) return { ask: null, close };
  if (group.cancel !== null) {
    const { signal, kill } = group.cancel;
    const intent = { kind: 'cancel', signal, kill, now } as const;
    return { ask: { intent, states: ['queued', 'leased', 'running'] }, close };
  }
  if (group.maxFailures === null || failed <= group.maxFailures) return { ask: null, close };
  const why = `${failed} runs of its group failed, and more than ${group.maxFailures} were too many.`;
  const intent = { kind: 'cancel', signal: 'TERM', kill: false, why, now } as const;
  return { ask: { intent, states: ['queued'] }, close };
}
