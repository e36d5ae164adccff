import {
  type Clock,
  DEFAULTS,
  observeRun,
  type RunFact,
  type RunRecord,
  type RunStore,
  requestRun,
  type SessionRecord,
} from '@errand/core';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';
import { isMain } from './main-runs.ts';

export interface SessionCommandsParts extends ChangeRunParts {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'release' | 'list'>;
  readonly clock: Pick<Clock, 'now'>;
}

const OPEN = ['queued', 'starting', 'running', 'unreachable', 'canceling'] as const;
/** Whoever counts them need not know of more. */
const PAGE = 500;
/** Among the newest commands is the one that ended last, unless one of these runs all that time, and then it counts itself. */
const RECENT = 50;

/** The runs of a session, as far as its life depends on them. */
export class SessionCommands {
  readonly #parts: SessionCommandsParts;

  constructor(parts: SessionCommandsParts) {
    this.#parts = parts;
  }

  /** Commands that run or wait, without those that are always there; of very many only some. */
  async busy(sessionId: string): Promise<number> {
    return (await this.#page(sessionId, null)).filter((run) => isWork(run)).length;
  }

  /** When a command of it ended last, in ms; null: none did. */
  async lastEnd(sessionId: string): Promise<number | null> {
    const runs = await this.#parts.runs.list({ session: sessionId }, { limit: RECENT, after: null });
    const ends = runs.flatMap((run) => (run.end === null || !isWork(run) ? [] : [run.end.at]));
    return ends.length === 0 ? null : Math.max(...ends);
  }

  /** Asks for the end of all of them; answers how many are still open. */
  async cancel(sessionId: string): Promise<number> {
    const now = this.#parts.clock.now();
    let open = 0;
    for await (const { id, state } of this.#open(sessionId)) {
      await changeRun(this.#parts, id, (run) =>
        requestRun(run, { kind: 'cancel', signal: 'TERM', kill: false, now }),
      );
      if (state !== 'queued') open += 1;
    }
    return open;
  }

  /** The provider has confirmed that nothing runs any more: those that are still open will never report. */
  async machineGone(session: Pick<SessionRecord, 'id' | 'run' | 'failure'>): Promise<void> {
    const now = this.#parts.clock.now();
    const gone = { kind: 'agent_gone', ...goneBy(session), now } as const;
    for await (const { id } of this.#open(session.id)) {
      await changeRun(this.#parts, id, (run) =>
        run.state === 'queued'
          ? requestRun(run, { kind: 'cancel', signal: 'TERM', kill: true, now })
          : observeRun(run, { ...gone, token: run.token }),
      );
    }
    const { id, run: of } = session;
    if (of === null) return;
    // Until it is placed the session itself holds it, and whoever makes sessions for runs says why there is none.
    await changeRun(this.#parts, of.id, (run) =>
      run.attempt?.session === id ? observeRun(run, { ...gone, token: of.token }) : { kind: 'same' },
    );
  }

  async *#open(sessionId: string): AsyncGenerator<RunRecord> {
    for (let after: RunRecord | null = null; ; ) {
      const page: RunRecord[] = await this.#page(sessionId, after);
      yield* page;
      if (page.length < PAGE) return;
      after = page.at(-1) ?? null;
    }
  }

  #page(sessionId: string, after: RunRecord | null): Promise<RunRecord[]> {
    return this.#parts.runs.list({ session: sessionId, status: OPEN }, { limit: PAGE, after });
  }
}

/** What is known of the end of what a session ran on. */
function goneBy({
  failure,
}: Pick<SessionRecord, 'failure'>): Pick<Extract<RunFact, { kind: 'agent_gone' }>, 'how' | 'why'> {
  const reason = failure?.reason;
  if (reason?.kind === 'out_of_memory') return { how: 'out_of_memory' };
  if (reason?.kind === 'life_ended') return { how: 'time_over' };
  return { how: 'machine_gone', why: reason?.kind === 'machine_gone' ? reason.why : undefined };
}

/** The session's own command is there as long as the session, and a shell as long as somebody's window: neither says that it is used. */
function isWork(run: RunRecord): boolean {
  return run.spec.tty === null && !isMain(run);
}

/** How long commands of a session may take to end by themselves once it is to stop. */
export const COMMANDS_GRACE_MS = DEFAULTS.graceMs;
