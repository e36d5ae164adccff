import type { Answer, Run, RunCreateInput } from '@errand/contract';
import { RunHandle } from './run-handle.ts';
import type { Input, Transport } from './transport.ts';

/** Which runs to list, newest first. */
export type RunFilter = Omit<NonNullable<Input<'listRuns'>['query']>, 'cursor' | 'limit'> & {
  /** How many are fetched at a time (50). */
  readonly pageSize?: number;
};

export interface CreateOptions {
  /** Two creations with one key make one run. By default a new one, so that a lost answer may be asked for again. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** What a run created from the command line of its own machine additionally learns. */
export type CallerPlace = NonNullable<Answer<'createRun'>['callerPlace']>;

/** Submits, finds and lists runs. */
export class Runs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Submits a run; resolves once it is stored. */
  async create(run: RunCreateInput, options: CreateOptions = {}): Promise<CreatedRun> {
    const key = options.idempotencyKey ?? crypto.randomUUID();
    const { callerPlace, ...created } = await this.#transport.request(
      'createRun',
      { body: run },
      { headers: { 'idempotency-key': key }, signal: options.signal },
    );
    return new CreatedRun(this.#transport, created, callerPlace ?? null);
  }

  /** The run of that id. */
  async get(id: string, options: { readonly signal?: AbortSignal } = {}): Promise<RunHandle> {
    return new RunHandle(
      this.#transport,
      await this.#transport.request('getRun', { params: { id } }, options),
    );
  }

  /** A handle on a run that is already known, without asking for it again. */
  of(run: Run): RunHandle {
    return new RunHandle(this.#transport, run);
  }

  /** Runs by newest, fetched page by page as they are asked for. */
  async *list({ pageSize, ...filter }: RunFilter = {}): AsyncGenerator<Run> {
    for await (const page of this.pages({ ...filter, ...(pageSize === undefined ? {} : { pageSize }) }))
      yield* page.runs;
  }

  /** The same, page by page, as the API answers. */
  async *pages({ pageSize, ...filter }: RunFilter = {}): AsyncGenerator<Answer<'listRuns'>> {
    let cursor: string | null = null;
    do {
      const query = {
        ...filter,
        ...(pageSize === undefined ? {} : { limit: pageSize }),
        ...(cursor === null ? {} : { cursor }),
      };
      const page: Answer<'listRuns'> = await this.#transport.request('listRuns', { query });
      yield page;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
}

/** A run that this client just made. */
export class CreatedRun extends RunHandle {
  /** Set where the caller was told to start the command itself. */
  readonly callerPlace: CallerPlace | null;

  constructor(transport: Transport, run: Run, callerPlace: CallerPlace | null) {
    super(transport, run);
    this.callerPlace = callerPlace;
  }
}
