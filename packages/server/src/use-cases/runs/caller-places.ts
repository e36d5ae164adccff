import { type Clock, ErrandError, type LogStore, observeRun, type RunRecord } from '@errand/core';
import type { OwnAgent } from '../../own-agent.ts';
import { type LeaseParts, leaseOf } from '../agents/lease.ts';
import { type ChangeRunParts, changeRun } from './change-run.ts';

/** Where the command line that submitted a run works on its attempt. */
export interface CallerPlace {
  readonly token: number;
  /** Path prefix of the attempt's `.run` file. */
  readonly spool: string;
  /** Path prefix of its log: in the store, or, where something must be masked in it, in the spool. */
  readonly log: string;
  readonly keeperSocket: string;
}

/** How long a command line may take from the answer to its submission to the start of its command. */
const CALLER_MS = 10_000;

export interface CallerPlacesParts extends LeaseParts, ChangeRunParts {
  readonly clock: Clock;
  readonly logs: Pick<LogStore, 'place'>;
  /** Private folder with a short path: socket paths have at most 107 bytes. */
  readonly sockets: string;
  readonly ownAgent: () => OwnAgent | null;
}

/** The embedded shape: the calling command line starts its own command, the control plane's own agent follows it to the end. */
export class CallerPlaces {
  readonly #parts: CallerPlacesParts;
  readonly #takenOver = new Set<string>();

  constructor(parts: CallerPlacesParts) {
    this.#parts = parts;
  }

  of(run: RunRecord): CallerPlace {
    const place = this.#parts.logs.place({ runId: run.id, token: run.token });
    if (place === null)
      throw new ErrandError(
        'unavailable',
        'the log store of this control plane cannot be written by a command line',
      );
    const spool = this.#agent().prefixOf({ runId: run.id, token: run.token });
    // What may hold a secret stays in the spool, from where the own agent sends it masked.
    const log = Object.keys(run.spec.sealedEnv).length === 0 ? place : spool;
    // The random half of the id is enough for a name, and keeps the path short.
    const keeperSocket = `${this.#parts.sockets}/${run.id.slice(-16)}.sock`;
    return { token: run.token, spool, log, keeperSocket };
  }

  /**
   * Sees to a run whose command line does not hand it over in time. If it got as far as its record of the attempt, the own agent finds out whether the
   * command was started; else nothing was.
   */
  async expect(run: RunRecord): Promise<void> {
    const { clock } = this.#parts;
    await clock.sleep(CALLER_MS);
    if (this.#takenOver.delete(run.id)) return;
    const present = await this.#parts.runs.get(run.id);
    if (present?.state !== 'running' || this.#adopt(present)) return;
    const fact = { kind: 'not_executed', token: run.token, now: clock.now() } as const;
    await changeRun(this.#parts, run.id, (latest) => observeRun(latest, fact));
  }

  /** The own agent follows the attempt from here. Repeatable. Throws `conflict` for a run that was given up meanwhile: its command must be ended. */
  takeOver(run: RunRecord): void {
    if (!run.spec.caller) throw new ErrandError('conflict', 'this run is not started by a command line');
    if (run.state === 'finished' && this.#isGivenUp(run)) {
      throw new ErrandError('conflict', 'the run was given up, because its command was not started in time');
    }
    if (run.state !== 'running' || this.#adopt(run)) this.#takenOver.add(run.id);
  }

  #isGivenUp({ end }: RunRecord): boolean {
    return end?.reason.kind === 'spawn_failed' && end.reason.errno === 'ECANCELED';
  }

  /** False where there is no record of the attempt. */
  #adopt(run: RunRecord): boolean {
    const { spool: prefix, keeperSocket } = this.of(run);
    try {
      this.#agent().adopt({ lease: leaseOf(this.#parts, run), prefix, keeperSocket });
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    }
  }

  #agent(): OwnAgent {
    const agent = this.#parts.ownAgent();
    if (agent === null) throw new ErrandError('unavailable', 'this control plane has no agent of its own');
    return agent;
  }
}
