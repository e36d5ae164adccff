import type { RunHandle } from '@errand/sdk';
import { errand } from '../api/errand.ts';

/** Of what it wrote before, so much is written again when somebody comes back to it. */
const REPLAY_BYTES = 256 * 1024;

/** What became of a terminal's line. */
export type LineState = 'connecting' | 'open' | 'lost' | 'ended' | 'failed';

export interface TerminalEnds {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly become: (state: LineState, why?: string) => void;
}

/**
 * The line between a terminal here and a run that has one there. What it writes comes in order and once, also after the connection was lost; what is
 * typed goes there in order, key after key, while later keys wait.
 */
export class TerminalLine {
  readonly #run: RunHandle;
  readonly #ends: TerminalEnds;
  readonly #stop = new AbortController();
  #typed: Uint8Array[] = [];
  #sending: Promise<void> = Promise.resolve();
  #offset: number | null = null;
  #replaying = false;

  constructor(run: RunHandle, ends: TerminalEnds) {
    this.#run = run;
    this.#ends = ends;
  }

  /** Follows what it writes until it ends, or until this is closed. */
  async follow(): Promise<void> {
    const { become, write } = this.#ends;
    try {
      const from = await this.#replay();
      const pieces = this.#run.logs({
        from,
        signal: this.#stop.signal,
        patienceMs: Number.POSITIVE_INFINITY,
        onFound: () => become('open'),
        onLost: () => become('lost'),
      });
      for await (const piece of pieces) {
        if (piece.kind === 'data') await write(piece.bytes);
        else become('ended', piece.run.end?.sentence);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) become('failed', error instanceof Error ? error.message : undefined);
    }
  }

  /** Draws what it wrote before somebody came back to it; answers where that ends. */
  async #replay(): Promise<number> {
    if (this.#run.latest.startedAt === null) return 0;
    let next = 0;
    const before = { tail: REPLAY_BYTES, follow: false, signal: this.#stop.signal } as const;
    this.#replaying = true;
    for await (const piece of this.#run.logs(before)) {
      if (piece.kind === 'data') await this.#ends.write(piece.bytes);
      next = piece.offset + (piece.kind === 'data' ? piece.bytes.length : 0);
    }
    this.#replaying = false;
    return next;
  }

  /** Sends what was typed. What a terminal answers to questions of old is not meant for the program that is there now. */
  type(text: string): void {
    if (this.#replaying) return;
    this.#typed.push(new TextEncoder().encode(text));
    this.#sending = this.#sending.then(() => this.#send()).catch(() => undefined);
  }

  /** A size that is lost is followed by the next one. */
  resize(size: { readonly rows: number; readonly columns: number }): void {
    void this.#run.resize(size).catch(() => undefined);
  }

  /** Leaves it; the run goes on. */
  close(): void {
    this.#stop.abort();
  }

  async #send(): Promise<void> {
    const bytes = joined(this.#typed.splice(0));
    if (bytes.length === 0 || this.#stop.signal.aborted) return;
    this.#offset ??= await this.#inputSize();
    const options = { from: this.#offset, end: false, signal: this.#stop.signal };
    this.#offset = (await this.#run.input(bytes, options)).size;
  }

  /** Somebody may have typed in it before: an empty piece changes nothing and tells where the next one goes. */
  async #inputSize(): Promise<number> {
    const { id } = this.#run;
    const nothing = { bytes: new Uint8Array(), signal: this.#stop.signal };
    return (await errand.request('writeInput', { params: { id }, query: { offset: 0 } }, nothing)).size;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
