import type { AgentFact, AttemptName, Lease, OfferedScript } from '@errand/contract';
import type { StartAnswer } from './keeper/client.ts';
import type { KeeperEvent, KeptRun } from './keeper/events.ts';
import type { SpoolEnd } from './keeper/spool-end.ts';
import type { IndexRecord } from './keeper/spool-files.ts';
import type { StartRequest } from './keeper/start-request.ts';

/** Time, as an argument: nothing else in the agent looks at a clock. */
export interface Clock {
  /** Wall time in ms since 1970. */
  now(): number;
  /** Resolves after `ms`, or at once (without an error) when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Where the agent says what people may want to know. */
export interface Logger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A connection to one keeper; `KeeperClient` is one. Commands do not depend on it. */
export interface Keeper {
  /** Repeatable: a known id is answered with its state. Rejects when the keeper refuses, or when the connection is lost meanwhile. */
  start(request: StartRequest): Promise<StartAnswer>;
  kill(id: string, how: KillOrder): void;
  input(id: string, bytes: Uint8Array): void;
  endInput(id: string): void;
  resize(id: string, size: { rows: number; columns: number }): void;
  forget(id: string): void;
  list(): Promise<KeptRun[]>;
  /** Calls the listener with every event from now on, until the returned function is called. */
  onEvent(listener: (event: KeeperEvent) => void): () => void;
  /** Resolves when the connection is gone. Never rejects. */
  readonly closed: Promise<unknown>;
  close(): Promise<void>;
}

export interface KillOrder {
  readonly signal: number;
  readonly graceMs: number;
  readonly cause: string;
  /** Its terminal goes, too: HUP follows the signal, two seconds later. A shell that somebody types into ignores TERM and INT, and would wait for the kill. */
  readonly hangsUp?: boolean;
}

/** The keepers of this machine, by the path of their socket. */
export interface Keepers {
  /** The one that new attempts are given to. */
  readonly own: string;
  /** Connects; null when no keeper is alive there. Rejects where that cannot be told. */
  connect(socket: string): Promise<Keeper | null>;
  /** Connects to the own one and starts it first where none is alive. */
  open(): Promise<Keeper>;
  /** Ends what can be found of an attempt whose keeper died; answers how many processes it found. */
  endOrphans(attempt: AttemptName): Promise<number>;
}

/** What the spool knows of one attempt, also after a crash of the agent. */
export interface SpoolEntry {
  /** As it came, but without the environment and the arguments: an attempt is never executed from the spool, so no secret lies in it. */
  readonly lease: Lease;
  /** By what the control plane tells this agent from a copy of it; see `ReportRequest`. */
  readonly claimant: string;
  /** The start of the machine in which it was written down. */
  readonly boot: string;
  /** Path of `.run`, without its ending. */
  readonly prefix: string;
  /** Path of `.log` and `.idx`, without their endings. */
  readonly logPrefix: string;
  /** Socket of the keeper that has it. */
  readonly keeper: string;
  /** Empty where the command inherited it from a command line. */
  readonly cwd: string;
  /** The folder was made for this attempt and goes with it. */
  readonly ownCwd: boolean;
  /** The program and the PATH it is searched in (null: inherited), for a sentence about a failed start. */
  readonly program: string;
  readonly path: string | null;
  /**
   * Values that are masked in all that leaves the machine, as they were when the attempt began. On the disk they are encrypted; null: there are some, but
   * they can no longer be read.
   */
  readonly secrets: readonly string[] | null;
  /** The module host that serves it, by its name at the keeper. */
  readonly host: string | null;
  /** Path of the file in which it may report a result. */
  readonly result: string;
  /** Path of the file in which the relay of a command in a container says how it ended there. */
  readonly inside: string;
}

export type SpoolDraft = Omit<SpoolEntry, 'prefix' | 'logPrefix' | 'result' | 'inside'>;

/** The folder of attempts that this agent has taken and not yet handed over whole. */
export interface Spool {
  /** Tells one start of the machine from the next, where the system says it; else empty. */
  readonly boot: string;
  /** Path of the `.run` of an attempt, without the ending. */
  prefixOf(attempt: AttemptName): string;
  /** A new folder's path for the working directory of an attempt. */
  folderFor(attempt: AttemptName): string;
  /** Writes down an attempt before it is acknowledged, and makes its folder if it is its own. Throws where the disk is full. */
  create(draft: SpoolDraft): SpoolEntry;
  /** Takes over an attempt whose `prefix.run` somebody else made in this spool. */
  take(draft: SpoolDraft, prefix: string): SpoolEntry;
  list(): readonly SpoolEntry[];
  /** When the keeper wrote that it executes (ms since 1970), and how it ended. Nothing where the file is gone. */
  slots(entry: SpoolEntry): { readonly executedAt: number | undefined; readonly end: SpoolEnd | undefined };
  /** Makes sure that no keeper can execute it any more (it may have an instant before: look at the slots afterwards). */
  fence(entry: SpoolEntry): SpoolEntry;
  isFenced(entry: SpoolEntry): boolean;
  openLog(entry: SpoolEntry): LogFile;
  /** What an attempt that has ended left in its result file; null where there is none. */
  resultOf(entry: SpoolEntry): ReportedResult | null;
  /** What the relay of a command in a container has said of its end; null: nothing. */
  insideOf(entry: SpoolEntry): string | null;
  /** Frees everything of an attempt but a log in the control plane's own store. Repeatable. */
  remove(entry: SpoolEntry): Promise<void>;
}

/** Where the files of module hosts lie, and what the keeper has written down of each. */
export interface HostFiles {
  /** The working directory of a host between its calls. */
  readonly folder: string;
  /** Makes the `.run` file; answers its path without the ending. */
  create(id: string): string;
  slots(id: string): ReturnType<Spool['slots']>;
  list(): readonly string[];
  remove(id: string): void;
}

/** How a module host is started. */
export interface HostProgram {
  /** The keeper's build. */
  readonly keeper: string;
  /** Node and the host's program. */
  readonly command: readonly string[];
}

/** A module as bytes on this disk. */
export interface ModulePlace {
  readonly path: string;
  /** By which it finds what it imports. */
  readonly url: string;
  readonly sha256: string;
}

/** What a lease executes on this machine. `env`: beside what every command gets. */
export type ResolvedCall =
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly env: Env }
  | { readonly kind: 'module'; readonly place: ModulePlace; readonly env: Env }
  | { readonly kind: 'refused'; readonly why: string };
type Env = Readonly<Record<string, string>>;

/** What is told of a result. */
export type ReportedResult = NonNullable<Extract<AgentFact, { kind: 'ended' }>['result']>;

/** What this agent knows of scripts. */
export interface Scripts {
  /** Looks for the first time. Rejects where the folder cannot be read. */
  open(): Promise<void>;
  readonly offered: readonly OfferedScript[];
  /** It refuses everything else. */
  readonly only: boolean;
  /** SHA-256 of the modules whose source it has. */
  modules(): readonly string[];
  /** Reads what the lease names and decides; the code that it answers is executed as it was read. Throws where the disk is full. */
  resolve(lease: Lease): ResolvedCall;
  /** Calls the listener when `offered` has changed. */
  onChange(listener: () => void): void;
  close(): void;
}

/** The log of one attempt, while the keeper may still be writing it. A log without bytes has no file, which is no error. */
export interface LogFile {
  size(): number;
  /** Bytes from an offset, at most `length`; fewer only at the end. */
  read(from: number, length: number): Promise<Uint8Array>;
  /** Records from an index on, at most `limit`. */
  records(from: number, limit: number): readonly IndexRecord[];
  close(): void;
}

export type { IndexRecord, KeeperEvent, KeptRun, SpoolEnd, StartAnswer, StartRequest };
