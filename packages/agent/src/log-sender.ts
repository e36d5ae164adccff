import type { AgentLink, AppendPiece, AttemptName } from '@errand/contract';
import type { LogHash } from './log-hash.ts';
import { LogRecords } from './log-records.ts';
import type { LogFile } from './ports.ts';
import { orStopped, untilAnswered, type Waiting } from './retry.ts';
import { Wake } from './wake.ts';

/** The keeper's hints are quick, but only looking is certain. */
const LOOK_MS = 1_000;

export interface LogSenderParts {
  readonly link: AgentLink;
  readonly attempt: AttemptName;
  readonly log: LogFile;
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
  readonly #records: LogRecords;
  readonly #wake = new Wake();
  #total: number | undefined;

  constructor(parts: LogSenderParts) {
    this.#parts = parts;
    this.#records = new LogRecords(parts.log, parts.waiting.clock);
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
    let ask = this.#parts.found;
    for (let size = 0; ; ask = false) {
      const pieces = ask ? [] : await this.#next(size);
      if (pieces === null) return 'sent';
      const answer = await this.#append(pieces);
      if (answer.kind === 'superseded') return 'superseded';
      size = answer.size;
    }
  }

  /** What follows the first `size` bytes, as soon as there is something; null when nothing ever will. */
  async #next(size: number): Promise<readonly AppendPiece[] | null> {
    for (;;) {
      const total = this.#total;
      if (total !== undefined && size >= total) return null;
      const pieces = await this.#records.read({ from: size, limit: this.#parts.appendBytes, total });
      if (pieces.length > 0) return pieces;
      if (total !== undefined && this.#parts.log.size() <= size) return null;
      await this.#somethingNew();
    }
  }

  #append(pieces: readonly AppendPiece[]): ReturnType<AgentLink['append']> {
    const { link, attempt, hash, waiting } = this.#parts;
    for (const { offset, bytes } of pieces) hash.feed(offset, bytes);
    const { runId, token } = attempt;
    return untilAnswered('send a log', () => link.append({ runId, token, pieces }), waiting);
  }

  async #somethingNew(): Promise<void> {
    const { clock, signal } = this.#parts.waiting;
    const looked = new AbortController();
    const slept = clock.sleep(LOOK_MS, AbortSignal.any([looked.signal, signal]));
    await orStopped(Promise.race([this.#wake.wait(), slept]), signal);
    looked.abort();
  }
}
