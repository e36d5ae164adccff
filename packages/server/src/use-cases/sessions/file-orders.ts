import type { FileAnswer, FileOrder } from '@errand/contract';
import {
  type Clock,
  ErrandError,
  type FileContent,
  type FileStat,
  type Ids,
  type Notifier,
} from '@errand/core';
import { topics } from '../topics.ts';

type Unnumbered<Order> = Order extends FileOrder ? Omit<Order, 'id'> : never;
export type FileOrderWish = Unnumbered<FileOrder>;

export interface FileReply {
  readonly stat: FileStat | null;
  readonly entries: readonly FileStat[];
  /** Of a read; whoever gets it reads it to its end, or returns it. */
  readonly content: FileContent['content'] | null;
}

export interface FileOrdersParts {
  readonly notifier: Pick<Notifier, 'pulse'>;
  readonly clock: Pick<Clock, 'steady' | 'sleep'>;
  readonly ids: Pick<Ids, 'secret'>;
}

interface Pending {
  readonly order: FileOrder;
  readonly agentId: string;
  readonly content: AsyncIterable<Uint8Array> | null;
  readonly reply: PromiseWithResolvers<FileReply>;
  /** Steady ms. */
  toldAt: number | null;
  taken: boolean;
  movedAt: number;
}

/** An order whose answer was lost is given again after this. */
const TELL_AGAIN_MS = 2_000;
/** An agent that does not begin, or where nothing moves, for this long is not there. */
const SILENT_MS = 30_000;
/** Whoever reads a file may take a rest, but not for ever: the same as an agent gives a line. */
const REST_MS = 300_000;

/**
 * Orders about files on their way to agents, and what comes back, byte for byte and in nobody's memory: who asks waits, and reads what the agent
 * sends as it comes. Nothing of it is stored: with this process the question goes, too.
 */
export class FileOrders {
  readonly #parts: FileOrdersParts;
  readonly #pending = new Map<string, Pending>();
  readonly #able = new Set<string>();

  constructor(parts: FileOrdersParts) {
    this.#parts = parts;
  }

  /** An agent presented itself. */
  present(agentId: string, able: boolean): void {
    if (able) this.#able.add(agentId);
    else this.#able.delete(agentId);
  }

  /** Has an agent carry out an order. Throws what is in the way, in a sentence. */
  async ask(
    agentId: string,
    wish: FileOrderWish,
    content: AsyncIterable<Uint8Array> | null = null,
  ): Promise<FileReply> {
    if (!this.#able.has(agentId)) throw unavailable(agentId, 'is not there, or too old to move files');
    const { ids, clock, notifier } = this.#parts;
    const id = ids.secret(12);
    const order = { ...wish, id } as FileOrder;
    const reply = Promise.withResolvers<FileReply>();
    const pending: Pending = {
      order,
      agentId,
      content,
      reply,
      toldAt: null,
      taken: false,
      movedAt: clock.steady(),
    };
    this.#pending.set(id, pending);
    notifier.pulse(topics.agent(agentId));
    const watching = new AbortController();
    void this.#watch(pending, watching.signal);
    try {
      return await reply.promise;
    } finally {
      watching.abort();
      this.#pending.delete(id);
    }
  }

  /** What a read brings; it is read to its end, or returned. */
  async read(agentId: string, wish: FileOrderWish): Promise<FileContent> {
    const { stat, content } = await this.ask(agentId, wish);
    if (stat !== null && content !== null) return { stat, content };
    throw new ErrandError('unavailable', 'the agent answered without the file; try again');
  }

  /** What an agent is to be told now: what it has not begun with. */
  due(agentId: string): readonly FileOrder[] {
    const now = this.#parts.clock.steady();
    const due = [...this.#pending.values()].filter(
      (each) =>
        each.agentId === agentId &&
        !each.taken &&
        (each.toldAt === null || now - each.toldAt >= TELL_AGAIN_MS),
    );
    for (const each of due) each.toldAt = now;
    return due.map(({ order }) => order);
  }

  /** What an order of this agent wants written. */
  content(agentId: string, id: string): AsyncIterable<Uint8Array> {
    const pending = this.#take(agentId, id);
    if (pending.content === null) throw new ErrandError('invalid', 'this order writes nothing');
    return watched(pending.content, { moved: () => this.#moved(pending), over: () => undefined });
  }

  /** An agent answers; resolves when the bytes were taken, or nobody wants them any more. */
  async answer(
    agentId: string,
    id: string,
    answer: FileAnswer,
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const pending = this.#take(agentId, id);
    if (answer.kind === 'refused') {
      pending.reply.reject(new ErrandError(answer.code, answer.message));
      return;
    }
    const { stat, entries = [] } = answer;
    if (pending.order.kind !== 'read') {
      pending.reply.resolve({ stat, entries, content: null });
      return;
    }
    const over = new AbortController();
    const bytes = stat?.bytes ?? 0;
    const watcher = { moved: () => this.#moved(pending), over: () => over.abort('over') };
    pending.reply.resolve({ stat, entries, content: watched(exactly(content, bytes), watcher) });
    // Also of a reader that has forgotten it.
    await this.#untilSilent(pending, REST_MS, over.signal);
  }

  #take(agentId: string, id: string): Pending {
    const pending = this.#pending.get(id);
    if (pending === undefined || pending.agentId !== agentId)
      throw new ErrandError('gone', 'nobody waits for this order any more');
    pending.taken = true;
    this.#moved(pending);
    return pending;
  }

  #moved(pending: Pending): void {
    pending.movedAt = this.#parts.clock.steady();
  }

  async #watch(pending: Pending, over: AbortSignal): Promise<void> {
    await this.#untilSilent(pending, SILENT_MS, over);
    // Changes nothing where there was an answer.
    pending.reply.reject(unavailable(pending.agentId, 'does not answer'));
  }

  /** Resolves when nothing has moved for so long, or it is over. */
  async #untilSilent(pending: Pending, ms: number, over: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    for (let left = ms; left > 0 && !over.aborted; ) {
      left = pending.movedAt + ms - clock.steady();
      if (left > 0) await clock.sleep(left, over);
    }
  }
}

function unavailable(agentId: string, why: string): ErrandError {
  return new ErrandError('unavailable', `the agent ${agentId} ${why}; errand agent ls shows it`);
}

/** The same pieces; breaks off where they are fewer or more. */
async function* exactly(content: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const piece of content) {
    seen += piece.length;
    if (seen > bytes) break;
    yield piece;
  }
  if (seen !== bytes) throw new ErrandError('unavailable', 'the agent did not send the whole file');
}

interface Watcher {
  readonly moved: () => void;
  /** Called once or more often: at the end, after a failure, and when the reader goes. */
  readonly over: () => void;
}

/** A generator would not notice a reader that goes before it has begun. */
function watched(content: AsyncIterable<Uint8Array>, { moved, over }: Watcher): AsyncIterable<Uint8Array> {
  const source = content[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        try {
          const step = await source.next();
          moved();
          if (step.done === true) over();
          return step;
        } catch (error) {
          over();
          throw error;
        }
      },
      return: async () => {
        over();
        await source.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
