import { attemptId, type LogFile, type Spool, type SpoolDraft, type SpoolEntry } from '@errand/agent';
import type { AttemptName } from '@errand/contract';
import { noSpace, type RunFile, type VirtualDisk } from './virtual-disk.ts';

/** The agent's spool on a virtual disk; the same promises as `FileSpool`. */
export class FakeSpool implements Spool {
  readonly #disk: VirtualDisk;

  get boot(): string {
    return String(this.#disk.boot);
  }

  constructor(disk: VirtualDisk) {
    this.#disk = disk;
  }

  prefixOf(attempt: AttemptName): string {
    return attemptId(attempt);
  }

  folderFor(attempt: AttemptName): string {
    return `work/${attemptId(attempt)}`;
  }

  create(draft: SpoolDraft): SpoolEntry {
    if (this.#disk.full) throw noSpace();
    const prefix = attemptId(draft.lease);
    this.#disk.runs.set(prefix, { draft, executedAt: undefined, end: undefined });
    return entryOf(draft, prefix);
  }

  take(draft: SpoolDraft, prefix: string): SpoolEntry {
    this.#disk.runs.set(prefix, {
      executedAt: undefined,
      end: undefined,
      ...this.#disk.runs.get(prefix),
      draft,
    });
    return entryOf(draft, prefix);
  }

  list(): readonly SpoolEntry[] {
    return [...this.#disk.runs].map(([prefix, { draft }]) => entryOf(draft, prefix));
  }

  slots({ prefix }: SpoolEntry): Pick<RunFile, 'executedAt' | 'end'> {
    const run = this.#disk.runs.get(prefix);
    return { executedAt: run?.executedAt, end: run?.end };
  }

  isFenced({ prefix }: SpoolEntry): boolean {
    return prefix.endsWith(FENCED);
  }

  fence(entry: SpoolEntry): SpoolEntry {
    const run = this.#disk.runs.get(entry.prefix);
    if (entry.prefix.endsWith(FENCED) || run === undefined) return entry;
    this.#disk.runs.delete(entry.prefix);
    this.#disk.runs.set(entry.prefix + FENCED, run);
    return { ...entry, prefix: entry.prefix + FENCED };
  }

  openLog({ logPrefix }: SpoolEntry): LogFile {
    const data = (): ReturnType<VirtualDisk['log']> | undefined => this.#disk.logs.get(logPrefix);
    return {
      size: () => data()?.bytes.length ?? 0,
      read: (from, length) => Promise.resolve(Buffer.from(data()?.bytes.subarray(from, from + length) ?? [])),
      records: (from, limit) =>
        (data()?.records.slice(from, from + limit) ?? []).map((record) => ({ ...record })),
      close: () => {},
    };
  }

  /** The commands of the simulator report nothing. */
  insideOf(): null {
    return null;
  }

  resultOf(): null {
    return null;
  }

  remove({ prefix, logPrefix, lease }: SpoolEntry): Promise<void> {
    if (lease.logPlace === null) this.#disk.logs.delete(logPrefix);
    this.#disk.runs.delete(prefix);
    return Promise.resolve();
  }
}

const FENCED = '.void';

function entryOf(draft: SpoolDraft, prefix: string): SpoolEntry {
  return {
    ...draft,
    prefix,
    logPrefix: draft.lease.logPlace ?? prefix,
    result: `${prefix}.result`,
    inside: `${prefix}.inside`,
  };
}
