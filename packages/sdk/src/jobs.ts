import type { Answer, Job, JobDocumentInput, JobReport } from '@errand/contract';
import type { CreateOptions } from './runs.ts';
import type { Input, Transport } from './transport.ts';

export type JobEvent = Answer<'jobEvents'>['events'][number];

/** Which jobs to list, newest first. */
export type JobFilter = Omit<NonNullable<Input<'listJobs'>['query']>, 'cursor' | 'limit'>;

/** How long one question is held open while a job is followed. */
const WAIT = '20s';

/** Documents that are run: a session, commands in order, outputs that must be there. Wherever an id is taken, the name of one's own job does as well. */
export class Jobs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Submits a document; resolves once it is stored. */
  async create(document: JobDocumentInput, options: CreateOptions = {}): Promise<Job> {
    const key = options.idempotencyKey ?? crypto.randomUUID();
    return await this.#transport.request(
      'createJob',
      { body: { ...document } },
      { headers: { 'idempotency-key': key }, signal: options.signal },
    );
  }

  /** What is wrong with a document, and what it would be run as; makes nothing. */
  check(document: Readonly<Record<string, unknown>>): Promise<JobReport> {
    return this.#transport.request('checkJob', { body: { ...document } });
  }

  get(id: string): Promise<Job> {
    return this.#transport.request('getJob', { params: { id } });
  }

  /** All that fit the filter, fetched page by page. */
  async list(filter: JobFilter = {}): Promise<Job[]> {
    const jobs: Job[] = [];
    for (let cursor: string | null = null; ; ) {
      const query = { ...filter, ...(cursor === null ? {} : { cursor }) };
      const page: Answer<'listJobs'> = await this.#transport.request('listJobs', { query });
      jobs.push(...page.jobs);
      cursor = page.nextCursor;
      if (cursor === null) return jobs;
    }
  }

  /** Ends it: what runs is ended, its session torn down, nothing is tried again. */
  cancel(id: string): Promise<Job> {
    return this.#transport.request('cancelJob', { params: { id } });
  }

  /** What happens to it from now on (or from the beginning), until it has finished. */
  async *follow(
    id: string,
    { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<JobEvent> {
    for (let last = after; ; ) {
      const query = { after: last, wait: WAIT };
      const answer: Answer<'jobEvents'> = await this.#transport.request(
        'jobEvents',
        { params: { id }, query },
        { signal },
      );
      yield* answer.events;
      last = answer.events.at(-1)?.seq ?? last;
      if (answer.ended) return;
    }
  }

  /** The job once it has finished. */
  async wait(id: string, options: { readonly signal?: AbortSignal } = {}): Promise<Job> {
    for (;;) {
      const asked = { params: { id }, query: { wait: WAIT } };
      const job: Job = await this.#transport.request('getJob', asked, options);
      if (job.endedAt !== null) return job;
    }
  }
}
