import { type Clock, DEFAULTS, observeRun, type RunRecord, type RunStore, requestRun } from '@errand/core';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';
import { isMain } from './main-runs.ts';

export interface SessionCommandsParts extends ChangeRunParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'release' | 'list'>;
  readonly clock: Pick<Clock, 'now'>;
}

const OPEN = ['queued', 'starting', 'running', 'unreachable', 'canceling'] as const;
/** More commands than anybody has in one session at a time. */
const MOST = 500;
/** Among the newest commands is the one that ended last, unless one of these runs all that time, and then it counts itself. */
const RECENT = 50;

/** The runs of a session, as far as its life depends on them. */
export class SessionCommands {
  readonly #parts: SessionCommandsParts;

  constructor(parts: SessionCommandsParts) {
    this.#parts = parts;
  }

  /** Commands that run or wait, without those that are always there. */
  async busy(sessionId: string): Promise<number> {
    return (await this.#open(sessionId)).filter((run) => isWork(run)).length;
  }

  /** When a command of it ended last, in ms; null: none did. */
  async lastEnd(sessionId: string): Promise<number | null> {
    const runs = await this.#parts.runs.list({ session: sessionId }, { limit: RECENT, after: null });
    const ends = runs.flatMap((run) => (run.end === null || !isWork(run) ? [] : [run.end.at]));
    return ends.length === 0 ? null : Math.max(...ends);
  }

  /** Asks for the end of all of them; answers how many are still open. */
  async cancel(sessionId: string): Promise<number> {
    const open = await this.#open(sessionId);
    const now = this.#parts.clock.now();
    for (const { id } of open) {
      await changeRun(this.#parts, id, (run) =>
        requestRun(run, { kind: 'cancel', signal: 'TERM', kill: false, now }),
      );
    }
    return open.filter((run) => run.state !== 'queued').length;
  }

  /** The provider has confirmed that nothing runs any more: those that are still open will never report. */
  async machineGone(sessionId: string): Promise<void> {
    const now = this.#parts.clock.now();
    for (const { id } of await this.#open(sessionId)) {
      await changeRun(this.#parts, id, (run) =>
        run.state === 'queued'
          ? requestRun(run, { kind: 'cancel', signal: 'TERM', kill: true, now })
          : observeRun(run, { kind: 'agent_gone', token: run.token, how: 'machine_gone', now }),
      );
    }
  }

  #open(sessionId: string): Promise<RunRecord[]> {
    return this.#parts.runs.list({ session: sessionId, status: OPEN }, { limit: MOST, after: null });
  }
}

/** The session's own command is there as long as the session, and a shell as long as somebody's window: neither says that it is used. */
function isWork(run: RunRecord): boolean {
  return run.spec.tty === null && !isMain(run);
}

/** How long commands of a session may take to end by themselves once it is to stop. */
export const COMMANDS_GRACE_MS = DEFAULTS.graceMs;
