import { mkdirSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptRef, LogPiece, LogRange, LogStore } from '@errand/core';
import { isMissing, readFileError } from './file-error.ts';
import { IndexFile } from './index-file.ts';
import { type LogPaths, logOfFile, nameOf, pathsOf } from './layout.ts';
import { type Reading, readLog } from './log-reader.ts';
import { LogWatchers } from './log-watchers.ts';
import { LogWriter } from './log-writer.ts';

export interface FileLogStoreOptions {
  /** Made when the first log is. Nobody else may write below it but keepers at the places they were given. */
  readonly root: string;
  /** How often the size of a watched log is looked at, whatever is said about it. */
  readonly lookEveryMs?: number;
}

/** Two descriptors each; a log that is written to now and then is simply opened again. */
const MOST_WRITERS = 256;

/** Logs in files of the keeper's own format, so that a keeper on this machine writes them itself and nothing is copied. */
export class FileLogStore implements LogStore, AsyncDisposable {
  readonly #root: string;
  readonly #watchers: LogWatchers;
  readonly #writers = new Map<string, LogWriter>();
  readonly #readings = new Map<string, Set<Reading>>();

  constructor({ root, lookEveryMs = 1_000 }: FileLogStoreOptions) {
    this.#root = root;
    this.#watchers = new LogWatchers((name) => this.#sizeOf(join(root, name)), lookEveryMs);
  }

  async append(log: AttemptRef, pieces: readonly LogPiece[]): Promise<number> {
    const size = await this.#writer(log).append(pieces);
    this.grew(log);
    return size;
  }

  async seal(log: AttemptRef): Promise<void> {
    const writer = this.#writer(log);
    await writer.seal();
    this.#forgetIdle(nameOf(log), writer);
    this.grew(log);
  }

  async size(log: AttemptRef): Promise<number> {
    return this.#sizeOf(this.#paths(log).prefix);
  }

  read(log: AttemptRef, range: LogRange): AsyncIterable<LogPiece> {
    const paths = this.#paths(log);
    const to = Math.min(range.to, this.#sizeOf(paths.prefix));
    return this.#pieces(log, paths, { ...range, to });
  }

  watch(log: AttemptRef, listener: () => void): () => void {
    return this.#watchers.watch(this.#watchedName(log), listener);
  }

  async remove(log: AttemptRef): Promise<void> {
    const name = nameOf(log);
    const paths = this.#paths(log);
    for (const reading of this.#readings.get(name) ?? []) reading.gone = true;
    const writer = this.#writers.get(name);
    await writer?.close();
    if (writer !== undefined) this.#forgetIdle(name, writer);
    // The index first: without it nothing counts, so nobody sees half a removal.
    await rm(paths.index, { force: true });
    await rm(paths.bytes, { force: true });
  }

  async *usage(): AsyncGenerator<{ log: AttemptRef; bytes: number }> {
    for (const folder of await namesIn(this.#root)) {
      const files = await namesIn(join(this.#root, folder));
      const logs = new Map(files.flatMap((file) => entryOf(logOfFile(file))));
      for (const log of logs.values()) {
        const paths = this.#paths(log);
        const bytes = (await bytesOf(paths.bytes)) + (await bytesOf(paths.index));
        yield { log, bytes };
      }
    }
  }

  place(log: AttemptRef): string {
    const { folder, prefix } = this.#paths(log);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return prefix;
  }

  grew(log: AttemptRef): void {
    this.#watchers.wake(this.#watchedName(log));
  }

  /** Closes what is open. The store may be used again; it then opens what it needs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watchers.stop();
    const writers = [...this.#writers.values()];
    this.#writers.clear();
    await Promise.all(writers.map((writer) => writer.close()));
  }

  #paths(log: AttemptRef): LogPaths {
    return pathsOf(this.#root, log);
  }

  #watchedName(log: AttemptRef): string {
    return this.#paths(log).prefix.slice(this.#root.length);
  }

  #sizeOf(prefix: string): number {
    const index = IndexFile.open(`${prefix}.idx`);
    if (index === null) return 0;
    try {
      return index.last()?.end ?? 0;
    } finally {
      index.close();
    }
  }

  #writer(log: AttemptRef): LogWriter {
    const name = nameOf(log);
    const known = this.#writers.get(name);
    const writer = known ?? new LogWriter(this.#paths(log));
    // The one that was used last lies last.
    this.#writers.delete(name);
    this.#writers.set(name, writer);
    if (this.#writers.size > MOST_WRITERS) this.#closeOldest();
    return writer;
  }

  #closeOldest(): void {
    for (const [name, writer] of this.#writers) {
      // Closing waits its turn behind an append that is under way; two writers must never have one log.
      void writer.close().then(
        () => this.#forgetIdle(name, writer),
        () => undefined,
      );
      return;
    }
  }

  #forgetIdle(name: string, writer: LogWriter): void {
    if (writer.isIdle && this.#writers.get(name) === writer) this.#writers.delete(name);
  }

  async *#pieces(log: AttemptRef, paths: LogPaths, range: LogRange): AsyncGenerator<LogPiece> {
    if (range.from >= range.to) return;
    const name = nameOf(log);
    const reading: Reading = { gone: false };
    const readings = this.#readings.get(name) ?? new Set();
    this.#readings.set(name, readings.add(reading));
    try {
      yield* readLog(paths, range, reading);
    } finally {
      readings.delete(reading);
      if (readings.size === 0) this.#readings.delete(name);
    }
  }
}

function entryOf(log: AttemptRef | null): [string, AttemptRef][] {
  return log === null ? [] : [[nameOf(log), log]];
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw readFileError(error);
  });
}

async function bytesOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    (error: unknown) => {
      if (isMissing(error)) return 0;
      throw readFileError(error);
    },
  );
}
