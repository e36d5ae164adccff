import type { FileAnswer, FileOrder, FilesLink } from '@errand/contract';
import type { Logger } from '../ports.ts';
import { FileFault, faultOf } from './file-fault.ts';
import type { FilePlace } from './file-place.ts';
import {
  type FileContent,
  findFiles,
  listFiles,
  makeFolder,
  readFile,
  statFile,
  writeFile,
} from './file-tree.ts';

export interface FileOrdersParts {
  readonly link: FilesLink;
  /** null: no such session is here. Throws a FileFault for a path that nobody reaches. */
  readonly placeOf: (sessionId: string, path: string) => FilePlace | null;
  readonly log: Logger;
}

type PlaceOf = (id: string) => FilePlace | null;

/** Orders may be given again for as long as the control plane has not heard of them. */
const REMEMBERED = 1_000;

/** Carries out what the control plane wants of the files of sessions here, each order by itself and once. */
export class FileOrders {
  readonly #parts: FileOrdersParts;
  readonly #seen = new Set<string>();
  readonly #work = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(parts: FileOrdersParts) {
    this.#parts = parts;
  }

  /** `ending`: where the files of a run are that ends here; null: none does under this id. */
  take(orders: readonly FileOrder[], ending: PlaceOf): void {
    for (const order of orders) {
      if (this.#seen.has(order.id)) continue;
      this.#seen.add(order.id);
      for (const id of this.#seen) {
        if (this.#seen.size <= REMEMBERED) break;
        this.#seen.delete(id);
      }
      const work = this.#carryOut(order, ending).finally(() => this.#work.delete(work));
      this.#work.add(work);
    }
  }

  /** Gives up what is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#work);
  }

  async #carryOut(order: FileOrder, ending: PlaceOf): Promise<void> {
    const { link, log } = this.#parts;
    const { signal } = this.#stop;
    const { answer, content } = await this.#answer(order, ending);
    try {
      await link.fileAnswer(order.id, answer, content, signal);
    } catch (error) {
      // Whoever asked hears of the silence; there is nobody else to tell.
      if (!signal.aborted) log.warn('an order about a file was not answered', { error: String(error) });
    } finally {
      await content?.return();
    }
  }

  async #answer(order: FileOrder, ending: PlaceOf): Promise<Answered> {
    try {
      const place = this.#parts.placeOf(order.sessionId, order.path) ?? ending(order.sessionId);
      if (place === null)
        throw new FileFault('conflict', 'the session does not run on this machine (any more)');
      return await this.#done(order, place);
    } catch (error) {
      const { code, message } = faultOf(error, order.path);
      return { answer: { kind: 'refused', code, message }, content: null };
    }
  }

  async #done(order: FileOrder, place: FilePlace): Promise<Answered> {
    const { path, kind } = order;
    switch (kind) {
      case 'stat':
        return done({ stat: await statFile(place, path) });
      case 'list':
        return done({ stat: null, entries: await listFiles(place, path, order.depth ?? 'all') });
      case 'find':
        return done({ stat: null, entries: await findFiles(place, path, order.patterns) });
      case 'folder':
        return done({ stat: await makeFolder(place, path) });
      case 'write': {
        const content = await this.#parts.link.fileContent(order.id, this.#stop.signal);
        return done({ stat: await writeFile(place, order, content) });
      }
      case 'read': {
        const { stat, content } = await readFile(place, path);
        return { ...done({ stat }), content };
      }
    }
  }
}

interface Answered {
  readonly answer: FileAnswer;
  readonly content: FileContent | null;
}

function done(found: Omit<Extract<FileAnswer, { kind: 'done' }>, 'kind'>): Answered {
  return { answer: { kind: 'done', ...found }, content: null };
}
