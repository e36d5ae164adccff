import {
  type ArtifactsState,
  type BlobStore,
  type Clock,
  ErrandError,
  type FileStat,
  LIMITS,
  type RunRecord,
  type RunStore,
} from '@errand/core';
import type { RunFiles } from './find-files.ts';
import { type AttemptName, contentAt, type KeptFile, writeList } from './kept-files.ts';
import { sentenceOf } from './sentence-of.ts';

export interface KeepFilesParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly blobs: BlobStore;
  readonly clock: Pick<Clock, 'steady'>;
}

export interface EndedRun {
  readonly run: RunRecord;
  readonly ended: AttemptName;
  readonly files: RunFiles;
}

/** Keeps what the patterns of a run mean, as far as it may and can be, and says what of it is missing. Rejects where nothing can be found out. */
export async function keepFiles(parts: KeepFilesParts, of: EndedRun): Promise<ArtifactsState> {
  const patterns = of.run.spec.artifacts ?? [];
  const found = await of.files.find(patterns);
  const all = [...found].sort((a, b) => (a.path < b.path ? -1 : 1));
  const keeping = new Keeping(parts, of);
  if (all.length === 0) keeping.leave(`nothing is there that ${patterns.join(', ')} means`);
  return await keeping.keep(all);
}

/** After this the end is told with what is there. */
const MOST_MS = 30 * 60_000;
const TOO_LONG = `it took longer than ${MOST_MS / 60_000} min`;
/** Small files far away take as long as the way there and back. */
const AT_ONCE = 8;

/** One gathering. */
class Keeping {
  readonly #parts: KeepFilesParts;
  readonly #of: EndedRun;
  readonly #kept: KeptFile[] = [];
  readonly #missing: string[] = [];
  readonly #deadline: number;
  /** Of those that are there or on their way. */
  #files = 0;
  #bytes = 0;
  #next = 0;
  /** Why no other is begun. */
  #stopped: string | null = null;

  constructor(parts: KeepFilesParts, of: EndedRun) {
    this.#parts = parts;
    this.#of = of;
    this.#deadline = parts.clock.steady() + MOST_MS;
  }

  async keep(all: readonly FileStat[]): Promise<ArtifactsState> {
    const waiting = all.toReversed();
    const work = async (): Promise<void> => {
      for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
        const why = await this.#reasonToStop();
        this.#stopped ??= why;
        if (this.#stopped === null) await this.#take(file);
        else {
          waiting.push(file);
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (waiting.length > 0) this.leave(`${this.#stopped}: ${waiting.length} more`);
    const kept = this.#kept.sort((a, b) => (a.path < b.path ? -1 : 1));
    await writeList(this.#parts.blobs, this.#of.ended, kept);
    return { files: kept.length, bytes: this.#bytes, problem: problemOf(this.#missing) };
  }

  leave(why: string): void {
    this.#missing.push(why);
  }

  async #reasonToStop(): Promise<string | null> {
    if (this.#files >= LIMITS.artifacts) return `of one run ${LIMITS.artifacts} files are kept`;
    if (this.#parts.clock.steady() > this.#deadline) return TOO_LONG;
    const run = await this.#parts.runs.get(this.#of.run.id);
    return run?.cancel == null ? null : 'the run was canceled meanwhile';
  }

  async #take({ path, kind, bytes }: FileStat): Promise<void> {
    if (kind !== 'file') return this.leave(`${path}: it is a link`);
    const most = LIMITS.artifactBytes;
    if (this.#bytes + bytes > most)
      return this.leave(`${path}: it has ${bytes} bytes, and of one run ${most} are kept`);
    if (this.#files >= LIMITS.artifacts) return this.leave(`${path}: ${LIMITS.artifacts} others are kept`);
    this.#files += 1;
    this.#bytes += bytes;
    try {
      this.#kept.push(await this.#copied(path, bytes, this.#next++));
    } catch (error) {
      this.#files -= 1;
      this.#bytes -= bytes;
      this.leave(`${path}: ${sentenceOf(error)}`);
      // Then there is no use in asking for another.
      if (error instanceof ErrandError && error.code === 'unavailable') this.#stopped ??= 'for that reason';
    }
  }

  async #copied(path: string, bytes: number, at: number): Promise<KeptFile> {
    const { stat, content } = await this.#of.files.read(path);
    const { mode, modifiedAt } = stat;
    try {
      if (stat.bytes !== bytes) throw new Error('it changed while it was read');
      const kept = await this.#parts.blobs.put(contentAt(this.#of.ended, at), this.#inTime(content), bytes);
      return { path, at, mode, modifiedAt, ...kept };
    } finally {
      // Where nothing of it was read, whoever sends it still waits.
      await content[Symbol.asyncIterator]().return?.();
    }
  }

  async *#inTime(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      if (this.#parts.clock.steady() > this.#deadline) throw new ErrandError('unavailable', TOO_LONG);
      yield piece;
    }
  }
}

/** More would not be read. */
const NAMED = 5;

function problemOf(missing: readonly string[]): string | null {
  if (missing.length === 0) return null;
  const more = missing.length > NAMED ? `; and ${missing.length - NAMED} more` : '';
  return `not everything was kept: ${missing.slice(0, NAMED).join('; ')}${more}`.slice(0, 4_000);
}
