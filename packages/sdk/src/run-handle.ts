import type { Answer, Run } from '@errand/contract';
import { ErrandRunError } from './errors.ts';
import { followLog, type LogOptions, type LogPiece } from './follow-log.ts';
import { type LogPart, type ReadPart, readLog } from './read-log.ts';
import { RunArtifacts } from './run-artifacts.ts';
import type { Input, Transport } from './transport.ts';
import { type InputOptions, type InputResult, type InputSource, writeInput } from './write-input.ts';

/** How long one call may be held; the server allows 10 min, proxies on the way often less. */
const WAIT_S = 30;

export interface WaitOptions {
  /** ms; without it as long as the run takes. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One run: what was last known of it, and what can be done with it. */
export class RunHandle {
  readonly id: string;
  /** The files that are kept when it ends. */
  readonly artifacts: RunArtifacts;
  readonly #transport: Transport;
  #latest: Run;

  constructor(transport: Transport, run: Run) {
    this.id = run.id;
    this.#transport = transport;
    this.artifacts = new RunArtifacts(transport, run.id);
    this.#latest = run;
  }

  /** The run as the last answer described it. */
  get latest(): Run {
    return this.#latest;
  }

  /** Asks how the run is now. */
  async refresh(options: { readonly signal?: AbortSignal } = {}): Promise<Run> {
    return this.#learn(await this.#transport.request('getRun', this.#named(), options));
  }

  /** Its log as it comes. After a lost connection it goes on where it was; the last piece is the end. */
  logs(options: LogOptions = {}): AsyncGenerator<LogPiece> {
    return this.#learning(followLog(this.#transport, this.id, options));
  }

  /** A part of its log as it stands. */
  readLog(part: LogPart): Promise<ReadPart> {
    return readLog(this.#transport, this.id, part);
  }

  /** Lines of its log that hold a text or are of one stream, forward or back from an offset; `next` says where to go on. */
  async findLines(
    wanted: NonNullable<Input<'findLines'>['query']>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Answer<'findLines'>> {
    return await this.#transport.request('findLines', { ...this.#named(), query: wanted }, options);
  }

  /** Resolves with the run once it has ended, or as it is when the time is up: `endedAt` tells which. */
  async wait({ timeout = Number.POSITIVE_INFINITY, signal }: WaitOptions = {}): Promise<Run> {
    const deadline = Date.now() + timeout;
    for (;;) {
      const left = Math.max(0, deadline - Date.now());
      const wait = `${Math.min(WAIT_S * 1_000, Math.ceil(left))}ms`;
      const run = await this.#transport.request('getRun', { ...this.#named(), query: { wait } }, { signal });
      this.#learn(run);
      if (run.endedAt !== null || Date.now() >= deadline) return run;
    }
  }

  /** Waits for the end and answers what the run reported, null where it reported nothing. Throws an ErrandRunError where it did not succeed. */
  async result<Value = unknown>(options: WaitOptions = {}): Promise<Value> {
    const run = await this.wait(options);
    if (run.status !== 'succeeded') throw new ErrandRunError(run);
    return run.result as Value;
  }

  /** Asks for its end: a signal to its whole tree, then the grace, then the kill. With `kill` at once. Repeatable. */
  async cancel(how: Input<'cancelRun'>['body'] = {}): Promise<Run> {
    return this.#learn(await this.#transport.request('cancelRun', { ...this.#named(), body: how }));
  }

  /** Asks for one more attempt at a finished run. Names the end that was seen, so that a lost answer may be asked for again. */
  async retry(): Promise<Run> {
    const { endedAt } = this.latest.endedAt === null ? await this.refresh() : this.latest;
    const body = endedAt === null ? {} : { endedAt };
    return this.#learn(await this.#transport.request('retryRun', { ...this.#named(), body }));
  }

  /** Sends bytes to the standard input of a run made with `stdin: 'stream'`. One call at a time. */
  input(source: InputSource, options: InputOptions = {}): Promise<InputResult> {
    return writeInput(this.#transport, this.id, source, options);
  }

  /** Tells a run with a terminal its new size. */
  async resize(size: Input<'resizeTerminal'>['body']): Promise<void> {
    await this.#transport.request('resizeTerminal', { ...this.#named(), body: size });
  }

  #named(): { readonly params: { readonly id: string } } {
    return { params: { id: this.id } };
  }

  #learn(run: Run): Run {
    this.#latest = run;
    return run;
  }

  async *#learning(pieces: AsyncGenerator<LogPiece>): AsyncGenerator<LogPiece> {
    for await (const piece of pieces) {
      if (piece.kind === 'end') this.#learn(piece.run);
      yield piece;
    }
  }
}
