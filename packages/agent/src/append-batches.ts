import type { AppendAnswer, AppendRequest, AppendsAnswer } from '@errand/contract';
import { LinkRefusal } from './link-refusal.ts';

export interface AppendBatchesParts {
  /** One call for one attempt. */
  readonly one: (request: AppendRequest) => Promise<AppendAnswer>;
  /** One call for several; the answers are in the order of the requests. */
  readonly many: (requests: readonly AppendRequest[]) => Promise<AppendsAnswer>;
  /** How many bytes the control plane takes in a call for several; 0: it knows no such call. */
  readonly limit: () => number;
}

/** A piece of this size is worth a call, and must not wait for others nor they for it. */
const ALONE_BYTES = 64 * 1024;

/** On a line that takes longer than this for an answer calls overlap; on a quicker one they do not, so that more goes into each. */
const APART_MS = 10;

/** As many as a body may name. */
const MOST = 1_000;

/**
 * Sends what many attempts have to append with few calls: each costs both sides as much as a hundred lines of log. The first goes at once, and what comes
 * while it is under way goes together with the next. For the attempts nothing changes: what is not answered may be repeated.
 */
export class AppendBatches {
  readonly #parts: AppendBatchesParts;
  #queue: Queued[] = [];
  /** Attempts of which a call of their own is under way: what follows of them must not overtake it. */
  readonly #alone = new Map<string, number>();
  #underWay = 0;
  #next: NodeJS.Timeout | NodeJS.Immediate | undefined;

  constructor(parts: AppendBatchesParts) {
    this.#parts = parts;
  }

  append(request: AppendRequest): Promise<AppendAnswer> {
    const bytes = request.pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
    const alone = bytes >= ALONE_BYTES || this.#alone.has(request.runId);
    if (alone || bytes > this.#parts.limit()) return this.#sendAlone(request);
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, bytes, resolve, reject });
      // All that has come from the keeper in one turn goes together.
      this.#next ??= this.#underWay === 0 ? setImmediate(this.#send) : setTimeout(this.#send, APART_MS);
    });
  }

  readonly #send = (): void => {
    this.#next = undefined;
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#underWay += 1;
    void this.#answer(batch).finally(() => {
      this.#underWay -= 1;
      if (this.#queue.length > 0) this.#soon();
    });
    if (this.#queue.length > 0) this.#next = setTimeout(this.#send, APART_MS);
  };

  #soon(): void {
    clearTimeout(this.#next as NodeJS.Timeout | undefined);
    this.#next = setImmediate(this.#send);
  }

  /** As many as fit into one call. */
  #take(): Queued[] {
    const limit = this.#parts.limit();
    let bytes = 0;
    const end = this.#queue.findIndex((each, at) => {
      bytes += each.bytes;
      return at >= MOST || (at > 0 && bytes > limit);
    });
    return this.#queue.splice(0, end < 0 ? this.#queue.length : end);
  }

  async #answer(batch: readonly Queued[]): Promise<void> {
    const requests = batch.map(({ request }) => request);
    try {
      const { answers } = await this.#parts.many(requests);
      for (const [at, { resolve, reject }] of batch.entries()) {
        const answer = answers[at];
        if (answer === undefined || answer.kind === 'failed')
          reject(new Error(answer?.message ?? 'the control plane did not answer to it'));
        else resolve(answer);
      }
    } catch (error) {
      // An older control plane has taken the place of the one that said that it knows the call.
      if (error instanceof LinkRefusal && error.code === 'not_found')
        for (const { request, resolve, reject } of batch) this.#sendAlone(request).then(resolve, reject);
      else for (const { reject } of batch) reject(error);
    }
  }

  async #sendAlone(request: AppendRequest): Promise<AppendAnswer> {
    const { runId } = request;
    this.#alone.set(runId, (this.#alone.get(runId) ?? 0) + 1);
    try {
      return await this.#parts.one(request);
    } finally {
      const left = (this.#alone.get(runId) ?? 1) - 1;
      if (left === 0) this.#alone.delete(runId);
      else this.#alone.set(runId, left);
    }
  }
}

interface Queued {
  readonly request: AppendRequest;
  readonly bytes: number;
  readonly resolve: (answer: AppendAnswer) => void;
  readonly reject: (error: unknown) => void;
}
