import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { AttemptName } from '@errand/contract';
import { attemptId } from '../attempt-id.ts';
import { errorCode } from '../keeper/error-code.ts';
import { createRunFile, readRunFile, SLOT_SIZE, spoolPaths } from '../keeper/spool-files.ts';
import type { Spool, SpoolDraft, SpoolEntry } from '../ports.ts';
import { openFileLog } from './file-log.ts';
import { removeFolder } from './remove-folder.ts';
import { readResultFile, removeResultFile } from './result-file.ts';
import { SealedSecrets } from './sealed-secrets.ts';

/** Where in `.run` the agent's own part begins: behind the slots. */
const DRAFT_AT = 3 * SLOT_SIZE;
const RUN = '.run';

/**
 * The spool as files: one `.run` for each attempt, with what the agent must know of it behind the three slots of the keeper's contract (one inode
 * less for each run), and the log where it is not written straight into the control plane's store.
 */
export class FileSpool implements Spool {
  readonly boot = bootId();
  readonly #data: string;
  readonly #sealed: SealedSecrets;

  constructor(data: string) {
    this.#data = data;
    this.#sealed = new SealedSecrets(data);
    for (const folder of [spoolFolder(data), workFolder(data)]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
  }

  prefixOf(attempt: AttemptName): string {
    return join(spoolFolder(this.#data), attemptId(attempt));
  }

  folderFor(attempt: AttemptName): string {
    return join(workFolder(this.#data), attemptId(attempt));
  }

  create(draft: SpoolDraft): SpoolEntry {
    const prefix = this.prefixOf(draft.lease);
    if (draft.ownCwd) mkdirIfMissing(draft.cwd);
    const make = (): void => createRunFile(prefix, attemptId(draft.lease), this.#encode(draft));
    try {
      make();
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      // It was given before and never executed, for else it would be among the attempts this agent holds.
      unlinkIfThere(prefix + RUN);
      make();
    }
    return entryOf(draft, prefix);
  }

  take(draft: SpoolDraft, prefix: string): SpoolEntry {
    if (dirname(prefix) !== spoolFolder(this.#data)) {
      throw new Error(`the files of an attempt that is handed over lie in the spool, not at ${prefix}`);
    }
    const bytes = this.#encode({ ...draft, ownCwd: false });
    const file = openSync(prefix + RUN, 'r+');
    try {
      writeSync(file, bytes, 0, bytes.length, DRAFT_AT);
    } finally {
      closeSync(file);
    }
    return entryOf(draft, prefix);
  }

  list(): readonly SpoolEntry[] {
    const folder = spoolFolder(this.#data);
    return readdirSync(folder)
      .filter((name) => name.endsWith(RUN))
      .flatMap((name) => this.#read(join(folder, name.slice(0, -RUN.length))) ?? []);
  }

  slots(entry: SpoolEntry): ReturnType<Spool['slots']> {
    try {
      const { exec, end } = readRunFile(entry.prefix);
      return { executedAt: exec?.time, end };
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      return { executedAt: undefined, end: undefined };
    }
  }

  /** A keeper needs the file under its name to execute; the agent finds it again under the other. */
  isFenced({ prefix }: SpoolEntry): boolean {
    return prefix.endsWith(FENCED);
  }

  fence(entry: SpoolEntry): SpoolEntry {
    if (this.isFenced(entry)) return entry;
    const prefix = entry.prefix + FENCED;
    renameSync(entry.prefix + RUN, prefix + RUN);
    return { ...entry, prefix };
  }

  openLog(entry: SpoolEntry): ReturnType<Spool['openLog']> {
    return openFileLog(entry.logPrefix);
  }

  resultOf(entry: SpoolEntry): ReturnType<Spool['resultOf']> {
    return readResultFile(entry.result);
  }

  insideOf({ inside }: SpoolEntry): string | null {
    try {
      return readFileSync(inside, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** The record goes last: as long as it is there, a crash in between is made good by the next agent. */
  async remove(entry: SpoolEntry): Promise<void> {
    const isOurs = entry.ownCwd && !entry.lease.keepChildren;
    const left = isOurs ? await removeFolder(entry.cwd).catch((error: unknown) => error) : undefined;
    if (entry.lease.logPlace === null) {
      const { log, idx } = spoolPaths(entry.logPrefix);
      unlinkIfThere(log);
      unlinkIfThere(idx);
    }
    removeResultFile(entry.result);
    if (entry.lease.container !== undefined || entry.lease.machine !== undefined) unlinkIfThere(entry.inside);
    unlinkIfThere(entry.prefix + RUN);
    // The attempt is over all the same: it is not to be ended anew at every start because of what another user left in its folder.
    if (left !== undefined) throw left;
  }

  #encode({ secrets, ...draft }: SpoolDraft): Buffer {
    const stored: StoredDraft =
      secrets === null || secrets.length === 0 ? draft : { ...draft, secrets: this.#sealed.seal(secrets) };
    return Buffer.from(JSON.stringify(stored));
  }

  /** Undefined where nothing of an agent is in it: a command line's own, or one that was cut off before it was acknowledged. */
  #read(prefix: string): SpoolEntry | undefined {
    try {
      const text = readFileSync(prefix + RUN)
        .subarray(DRAFT_AT)
        .toString();
      if (text === '') return undefined;
      const { secrets, ...draft } = JSON.parse(text) as StoredDraft;
      const known = secrets === undefined ? [] : this.#sealed.unseal(secrets);
      return entryOf({ ...draft, secrets: known }, prefix);
    } catch (error) {
      if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

const FENCED = '.void';

/** A draft as it lies on the disk. Without `secrets`: there are none. */
type StoredDraft = Omit<SpoolDraft, 'secrets'> & { readonly secrets?: string };

/** Empty where the system has none: then a reboot looks like a restart of the agent. */
function bootId(): string {
  if (process.platform === 'darwin')
    return spawnSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).stdout.trim();
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function spoolFolder(data: string): string {
  return join(data, 'spool');
}

function workFolder(data: string): string {
  return join(data, 'work');
}

function entryOf(draft: SpoolDraft, prefix: string): SpoolEntry {
  const own = prefix.endsWith(FENCED) ? prefix.slice(0, -FENCED.length) : prefix;
  const logPrefix = draft.lease.logPlace ?? own;
  // An agent that knew of no hosts may have written it.
  return {
    ...draft,
    host: draft.host ?? null,
    prefix,
    logPrefix,
    result: `${own}.result`,
    inside: `${own}.inside`,
  };
}

function mkdirIfMissing(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
