import { idleAt, phaseDeadline, renewAt, unusedAt } from '../session/deadline.ts';
import type { SessionFact } from '../session/observe.ts';
import type { Activity, SessionRecord } from '../session/record.ts';
import type { SessionState } from '../vocabulary/session-state.ts';

/** A session with what only memory and other tables know of its use. */
export interface SessionView {
  readonly session: SessionRecord;
  /** The latest use that was seen and is worth writing down; null: none. */
  readonly use: Activity | null;
  /** Commands that run in it or wait to. */
  readonly commands: number;
  /** Nobody can say yet whether it is used: that it is idle is not concluded from it. */
  readonly unsure: boolean;
}

/** What the planner sees. `quietUntil`: after a jump of the clock or a stall nothing expires before this. */
export interface SessionSnapshot {
  readonly sessions: readonly SessionView[];
  readonly quietUntil: number;
}

/** What to do with a session: write down what the clock says, or call its provider. */
export type SessionAction =
  | { readonly kind: 'observe'; readonly fact: SessionFact }
  /** Ask for compute (durable first), or repeat the question. */
  | { readonly kind: 'launch' }
  /** See how it is, check its health, and renew its lease where that is due. */
  | { readonly kind: 'look'; readonly renew: boolean }
  /** Find out what a launch without an answer has made. */
  | { readonly kind: 'find' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'terminate' };

export interface PlannedAction {
  readonly sessionId: string;
  readonly action: SessionAction;
}

/** What should be done next, at most one thing for each session: pure, so that the same snapshot and time always give the same plan. */
export function planSessions({ sessions, quietUntil }: SessionSnapshot, now: number): PlannedAction[] {
  return sessions.flatMap((view) => {
    const action = NEXT[view.session.state]({ ...view, now, quiet: now < quietUntil });
    return action === null ? [] : [{ sessionId: view.session.id, action }];
  });
}

interface Planning extends SessionView {
  readonly now: number;
  readonly quiet: boolean;
}

type Choose = (planning: Planning) => SessionAction | null;

const NEXT: { readonly [State in SessionState]: Choose } = {
  requested: ({ now }) => observe({ kind: 'launching', now }),
  creating: (planning) => expired(planning) ?? afterTrouble(planning, makeOrLook),
  starting: (planning) => expired(planning) ?? afterTrouble(planning, look),
  ready: (planning) => expired(planning) ?? used(planning) ?? afterTrouble(planning, look),
  stopping: (planning) => afterTrouble(planning, ({ session }) => endOrFind(session, 'stop')),
  stopped: unused,
  deleting: (planning) => afterTrouble(planning, ({ session }) => endOrFind(session, 'terminate')),
  deleted: () => null,
  failed: () => null,
};

/** What may not go on: a lease that has run out, a lifetime that is over, a phase that took too long. */
function expired({ session, now, quiet }: Planning): SessionAction | null {
  const passed = (time: number | null | undefined): boolean => time != null && time <= now && !quiet;
  if (passed(session.launch?.leaseUntil)) return observe({ kind: 'lease_ended', now });
  if (session.state === 'ready' && passed(session.endsAt)) return observe({ kind: 'life_ended', now });
  if (!passed(phaseDeadline(session))) return null;
  return observe({ kind: 'phase_timed_out', why: lastWord(session), now });
}

/** Use that the record does not know of is written down; a session is idle only where there was none. */
function used({ session, use, commands, unsure, now, quiet }: Planning): SessionAction | null {
  const latest: Activity | null = commands > 0 ? { kind: 'run', at: now } : use;
  if (latest !== null && latest.at > session.activity.at)
    return observe({ kind: 'active', activity: latest });
  const due = idleAt(session);
  return due === null || due > now || quiet || unsure ? null : observe({ kind: 'idle', now });
}

/** After a failed call the provider is left alone for a while; a failure in the future is one from before the clock fell back. */
function afterTrouble(planning: Planning, then: Choose): SessionAction | null {
  const { session, now } = planning;
  const { at, notBefore } = session.trouble ?? { at: now, notBefore: now };
  return notBefore > now && at <= now ? null : then(planning);
}

function makeOrLook(planning: Planning): SessionAction {
  return planning.session.launch?.handle == null ? { kind: 'launch' } : look(planning);
}

/** Leases are counted beside the compute, so one that was renewed before the clock fell back is renewed at once. */
function look({ session, now }: Planning): SessionAction {
  const due = renewAt(session);
  const fellBack = (session.launch?.renewedAt ?? now) > now;
  return { kind: 'look', renew: due !== null && (due <= now || fellBack) };
}

/** Nothing is called gone on the word of a launch whose answer was lost. */
function endOrFind({ launch }: SessionRecord, how: 'stop' | 'terminate'): SessionAction {
  return launch !== null && launch.handle === null ? { kind: 'find' } : { kind: how };
}

function unused({ session, now, quiet }: Planning): SessionAction | null {
  const due = unusedAt(session);
  return due === null || due > now || quiet ? null : observe({ kind: 'unused', now });
}

function observe(fact: SessionFact): SessionAction {
  return { kind: 'observe', fact };
}

/** The last thing that was heard of it, for the sentence that says why it took too long. */
function lastWord({ trouble, events }: SessionRecord): string | null {
  const progress = events.findLast(({ kind }) => kind === 'progress');
  return trouble?.message ?? progress?.text ?? null;
}
