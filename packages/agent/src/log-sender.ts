import type { AgentLink, AppendAnswer, AppendPiece, AttemptName } from '@errand/contract';
import type { LogHash } from './log-hash.ts';
import type { LogRecords } from './log-records.ts';
import type { LogFile } from './ports.ts';
import { backOff, orStopped, untilAnswered, type Waiting } from './retry.ts';
import { Wake } from './wake.ts';

/** The keeper's hints are quick, but only looking is certain. */
const LOOK_MS = 1_000;

/** Appends under way at the same time: the line is busy while the control plane writes and answers. */
const WINDOW = 3;

/** With an append under way less than this waits for its answer: a call costs both sides as much as the bytes of a quarter of this. */
const WORTH_A_CALL = 512 * 1024;

export interface LogSenderParts {
  readonly link: AgentLink;
  readonly attempt: AttemptName;
  readonly log: Pick<LogFile, 'size'>;
  /** What of it is sent: as it is, or masked. */
  readonly records: Pick<LogRecords, 'read'>;
  readonly hash: LogHash;
  readonly appendBytes: number;
  /** Not a new log. */
  readonly found: boolean;
  readonly waiting: Waiting;
}

/**
 * Sends a log to the control plane while it grows. The control plane's answers say how far it has it, which is all the state there
 * is: after a lost answer, a restart on either side or a repeat the next piece begins where the last answer says.
 */
export class LogSender {
  readonly #parts: LogSenderParts;
  readonly #wake = new Wake();
  #total: number | undefined;

  constructor(parts: LogSenderParts) {
    this.#parts = parts;
  }

  /** There may be more to send. */
  grew(): void {
    this.#wake.wake();
  }

  /** The log is final and has this size. */
  finish(total: number): void {
    this.#total = total;
    this.#wake.wake();
  }

  /** Sends until everything up to the final size is acknowledged. Rejects only when the agent stops. */
  async run(): Promise<'sent' | 'superseded'> {
    // An earlier agent may have sent a part: asked with nothing, the control plane says how much.
    const first = this.#parts.found ? await this.#append([]) : ({ kind: 'size', size: 0 } as const);
    if (first.kind === 'superseded') return 'superseded';
    const flight: InFlight[] = [];
    let highest = first.size;
    let stuck = 0;
    for (let next = first.size; ; ) {
      const pieces = flight.length < WINDOW ? await this.#next(next, flight.length === 0) : null;
      if (pieces !== null) {
        next = endOf(pieces);
        flight.push({ end: next, answer: this.#append(pieces) });
        continue;
      }
      const oldest = flight.shift();
      if (oldest === undefined) return 'sent';
      const answer = await oldest.answer;
      if (answer.kind === 'superseded') return 'superseded';
      if (answer.size >= oldest.end) continue;
      // Not taken, for instance because a later piece was quicker: begin again where the control plane is when all have arrived.
      next = answer.size;
      for (const later of flight.splice(0)) {
        const also = await later.answer;
        if (also.kind === 'size') next = also.size;
      }
      stuck = next > highest ? 0 : stuck + 1;
      highest = Math.max(highest, next);
      if (stuck > 0) await backOff(stuck, this.#parts.waiting);
    }
  }

  /** What follows the first `size` bytes; null when nothing does: now, or, if it shall `wait`, ever. */
  async #next(size: number, wait: boolean): Promise<readonly AppendPiece[] | null> {
    for (;;) {
      const total = this.#total;
      if (total !== undefined && size >= total) return null;
      if (!wait && total === undefined && this.#parts.log.size() - size < WORTH_A_CALL) return null;
      const pieces = await this.#parts.records.read({ from: size, limit: this.#parts.appendBytes, total });
      if (pieces.length > 0) return pieces;
      if (!wait || (total !== undefined && this.#parts.log.size() <= size)) return null;
      await this.#somethingNew();
    }
  }

  #append(pieces: readonly AppendPiece[]): Promise<AppendAnswer> {
    const { link, attempt, hash, waiting } = this.#parts;
    for (const { offset, bytes } of pieces) hash.feed(offset, bytes);
    const { runId, token } = attempt;
    const answer = untilAnswered('send a log', () => link.append({ runId, token, pieces }), waiting);
    // Only a stop rejects it, and then the older ones, which are waited for first, have said so.
    answer.catch(() => {});
    return answer;
  }

  async #somethingNew(): Promise<void> {
    const { clock, signal } = this.#parts.waiting;
    const looked = new AbortController();
    const slept = clock.sleep(LOOK_MS, AbortSignal.any([looked.signal, signal]));
    await orStopped(Promise.race([this.#wake.wait(), slept]), signal);
    looked.abort('looked');
  }
}

interface InFlight {
  readonly end: number;
  readonly answer: Promise<AppendAnswer>;
}

function endOf(pieces: readonly AppendPiece[]): number {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.offset + last.bytes.length;
}
