/**
 * What agent and control plane say to each other. Outbound only, from the agent: hello, poll, append, report, and input for runs with
 * standard input. Every call may be repeated. Policy (times, caps, grace) comes from the control plane with the lease.
 *
 * Types only: the agent has no run-time dependency on this package's schemas; `schemas/agent.ts` is held to these types by the compiler.
 */
import type {
  EndReason,
  FileKind,
  HealthSpec,
  JsonSchema,
  LogEnd,
  ReportedResult,
  ResultRule,
  ResultSource,
  Stream,
} from '@errand/core/vocabulary';

/** Raised when an agent of an older number could no longer work. */
export type ProtocolVersion = 1;

/** Names an attempt everywhere in the protocol. */
export interface AttemptName {
  readonly runId: string;
  readonly token: number;
}

export interface HelloRequest {
  readonly protocol: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: number;
  /** Version of the agent's program. */
  readonly program: string;
  /** What it offers from its own folder; it says hello again when that changes. */
  readonly scripts: readonly OfferedScript[];
  /** It refuses everything but these and what its user has allowed by name. */
  readonly onlyScripts: boolean;
  /** Can it make sessions on its machine? */
  readonly hostsSessions?: boolean | undefined;
  /** Does it carry out orders about files? */
  readonly movesFiles?: boolean | undefined;
}

/** A script of an agent's own folder: its code never leaves the machine. */
export interface OfferedScript {
  readonly name: string;
  readonly description: string | null;
  /** Of an object: the arguments. */
  readonly parameters: JsonSchema;
  readonly result: ResultRule | null;
  /** Of its file, hex. */
  readonly sha256: string;
}

export interface HelloAnswer {
  readonly agentId: string;
  readonly pool: string;
  readonly policy: AgentPolicy;
  /** How many attempts it will get at once: its join token may grant fewer than it offers. An older control plane does not say. */
  readonly slots?: number | undefined;
}

/** Times in ms, sizes in bytes. */
export interface AgentPolicy {
  readonly leaseMs: number;
  readonly pollIdleMs: number;
  readonly pollHeldMs: number;
  readonly appendBytes: number;
  /** Bytes of logs that it takes in one call for several attempts; one that does not say knows no such call. */
  readonly appendsBytes?: number | undefined;
  /** An agent changes a key that is older; one that is not told keeps its key. */
  readonly keyMs?: number;
}

export interface PollRequest {
  readonly agentId: string;
  /** How many more attempts the agent would take now. */
  readonly free: number;
  /** Everything the agent holds; each is renewed. Attempts it was told are superseded are no longer held. */
  readonly held: readonly HeldAttempt[];
  readonly waitMs: number;
  /** SHA-256 of modules whose source the agent has; leases do not repeat it. */
  readonly modules: readonly string[];
}

/** `cancel`: which cancel order the agent has carried out, so that only news makes a poll come back early. */
export interface HeldAttempt extends AttemptName {
  readonly cancel: 'none' | 'asked' | 'kill';
}

/** Comes back as soon as there is something to say, at the latest after `waitMs`. Leases that are not among the held of the next poll are given again. */
export interface PollAnswer {
  readonly leases: readonly Lease[];
  readonly cancels: readonly CancelOrder[];
  /** Attempts whose token is no longer the run's: end their trees, report nothing of them. */
  readonly superseded: readonly AttemptName[];
  readonly windows: readonly WindowOrder[];
  /** What people at the agent should know, such as that it drains. */
  readonly notice?: string;
  /** There are orders for sessions: ask for them (`sessions`). Agents that host none may leave it out of sight. */
  readonly sessionOrders?: boolean | undefined;
  /** Given again until the agent has begun with them. */
  readonly files?: readonly FileOrder[] | undefined;
}

export interface CancelOrder extends AttemptName {
  readonly signal: 'INT' | 'TERM';
  readonly kill: boolean;
}

export interface WindowOrder extends AttemptName {
  readonly rows: number;
  readonly columns: number;
}

/** `engine`: `unix:///path` or `tcp://host:port`. */
export interface ContainerPlace {
  readonly engine: string;
  readonly id: string;
}

/** Permission to ask for the start of one attempt, with all that is needed to execute it. */
export interface Lease extends AttemptName {
  /** Id of the session on this machine in which it is executed; null: in none. */
  readonly session?: string | null | undefined;
  /** The session is this container, which the agent's machine reaches through its engine. */
  readonly container?: ContainerPlace | undefined;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Names of the variables in `env` whose values are masked in all that leaves the machine. With any of them there is no `logPlace`. */
  readonly secretNames: readonly string[];
  /** null: a new folder of its own. */
  readonly cwd: string | null;
  readonly stdin: 'none' | 'stream';
  readonly timeoutMs: number | null;
  readonly graceMs: number;
  readonly maxLogBytes: number;
  readonly keepChildren: boolean;
  readonly tty: { readonly rows: number; readonly columns: number } | null;
  /** Path prefix where the keeper may write the log straight into the control plane's store; only ever set on the control plane's own machine. */
  readonly logPlace: string | null;
  /** null: a plain command. */
  readonly script: ScriptCall | null;
}

/**
 * The call of a script. For `command` the argument vector of the lease is all there is to execute; for `module` and `offered` it is empty and the agent
 * makes it.
 */
export interface ScriptCall {
  readonly name: string;
  /**
   * Checked against the parameters, defaults filled in. Secret ones are among them, so they lie on no disk. The environment of the lease has them too: all
   * as JSON in ERRAND_ARGS, each as ARG_NAME.
   */
  readonly args: Readonly<Record<string, unknown>>;
  /** Of a module's source. Of an offered script only where the caller asked for exactly that file: one that has changed is refused. */
  readonly sha256: string | null;
  readonly source: 'module' | 'offered' | 'command';
  /** The source of a module, where the poll did not name its SHA-256 among `modules`. */
  readonly text: string | null;
  /** null: as for every run, the file that ERRAND_RESULT names. */
  readonly result: { readonly from: ResultSource } | null;
}

export interface AppendRequest extends AttemptName {
  readonly pieces: readonly AppendPiece[];
}

export interface AppendPiece {
  readonly offset: number;
  readonly stream: Stream;
  readonly time: number;
  readonly bytes: Uint8Array;
}

/** `size`: how far the control plane has the log; send on from there. */
export type AppendAnswer = { readonly kind: 'size'; readonly size: number } | { readonly kind: 'superseded' };

/** To appends of several attempts in one call, in their order. `failed`: as if a call of its own had failed. */
export interface AppendsAnswer {
  readonly answers: readonly (
    | AppendAnswer
    | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  )[];
}

export type AgentFact =
  /** Asks to execute. Only `accepted` permits it. */
  | { readonly kind: 'starting' }
  /** `at`: ms since 1970 by the agent's clock. */
  | { readonly kind: 'started'; readonly at: number }
  /** `result`: null where nothing was reported. */
  | {
      readonly kind: 'ended';
      readonly reason: EndReason;
      readonly log: LogEnd | null;
      readonly result: ReportedResult | null;
    }
  /** Acknowledged, but never executed: the agent crashed in between. */
  | { readonly kind: 'not_executed' };

/**
 * `claimant`: drawn by the agent when it takes a lease, and kept with it across restarts. Of several processes that hold a lease of one identity,
 * only the first at the door may execute it and speak of it.
 */
export interface ReportRequest extends AttemptName {
  readonly claimant: string;
  readonly fact: AgentFact;
}

/** `superseded`: the token is no longer the run's; end its tree and forget it. */
export type ReportAnswer = { readonly kind: 'accepted' } | { readonly kind: 'superseded' };

export interface InputRequest extends AttemptName {
  readonly offset: number;
  readonly waitMs: number;
}

/** Bytes of standard input from the offset asked for; none where nothing came in time. `ended`: nothing follows them. */
export interface InputAnswer {
  readonly bytes: Uint8Array;
  readonly ended: boolean;
}

/** What an agent has of sessions, and up to which order it has begun to carry them out. */
export interface SessionsRequest {
  /** Id of the last order that was taken; null: none since the agent started. */
  readonly done: string | null;
  readonly sessions: readonly HostedSession[];
  readonly waitMs: number;
}

/** Comes back as soon as there is an order, at the latest after `waitMs`. Orders are given until a later request says that they are done. */
export interface SessionsAnswer {
  readonly orders: readonly SessionOrder[];
}

export interface HostedSession {
  readonly sessionId: string;
  readonly tag: string;
  /** Of the launch, or of the last start. */
  readonly key: string;
  /** ended: its processes are gone, and nobody asked for that. */
  readonly state: 'making' | 'running' | 'stopping' | 'kept' | 'ended' | 'ending';
  /** Why it could not be made, or ended; null: all is well. */
  readonly problem: string | null;
  readonly leaseLeftMs: number;
  readonly ports: readonly { readonly port: number; readonly outerPort: number }[];
  /** null: it has no health check. */
  readonly health: { readonly ok: boolean; readonly failed: boolean; readonly why: string } | null;
  /** Time its processes have spent on processors. */
  readonly cpuMs: number;
}

/** `id`: their order is that of their ids' numbers, within one start of the control plane. */
export type SessionOrder =
  | {
      readonly id: string;
      readonly kind: 'run';
      readonly sessionId: string;
      readonly key: string;
      readonly tag: string;
      readonly leaseMs: number;
      readonly ports: readonly { readonly port: number; readonly range: readonly [number, number] | null }[];
      readonly health: HealthSpec | null;
    }
  | { readonly id: string; readonly kind: 'renew'; readonly sessionId: string; readonly leaseMs: number }
  /** End its processes and keep its folder. */
  | { readonly id: string; readonly kind: 'stop'; readonly sessionId: string }
  /** End its processes and remove its folder. */
  | { readonly id: string; readonly kind: 'end'; readonly sessionId: string };

/**
 * The agent's way to the control plane: in-process, or HTTP. Every method may be called concurrently and repeated after a failure. A
 * rejected promise means that nobody knows whether the call arrived; business answers are values.
 */
export interface AgentLink {
  hello(request: HelloRequest): Promise<HelloAnswer>;
  /** Resolves early when the signal aborts. */
  poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer>;
  append(request: AppendRequest): Promise<AppendAnswer>;
  /** The log of an attempt with a `logPlace` grew to `size` there. */
  grew(attempt: AttemptName, size: number): void;
  report(request: ReportRequest): Promise<ReportAnswer>;
  input(request: InputRequest, signal: AbortSignal): Promise<InputAnswer>;
}

/** The way of an agent that hosts sessions, beside the other. */
export interface HostingLink {
  /** Resolves or rejects early when the signal aborts. */
  sessions(request: SessionsRequest, signal: AbortSignal): Promise<SessionsAnswer>;
}

/**
 * What an agent shall do with a file of a session that it has. `path` as the port `Files` of the core has it; a write fetches its content
 * (`fileContent`), and each order is answered once (`fileAnswer`).
 */
export type FileOrder = {
  readonly id: string;
  readonly sessionId: string;
  readonly path: string;
} & (
  | { readonly kind: 'stat' | 'list' | 'read' | 'folder' }
  /** `mode` null: that of the file that is there. */
  | { readonly kind: 'write'; readonly bytes: number; readonly mode: number | null }
);

/** `done`: `stat` is what is at the path now (null: nothing), `entries` what a list found; the bytes of a read follow. */
export type FileAnswer =
  | {
      readonly kind: 'done';
      readonly stat: SeenFile | null;
      readonly entries?: readonly SeenFile[] | undefined;
    }
  | { readonly kind: 'refused'; readonly code: FileRefusal; readonly message: string };

export type FileRefusal = 'invalid' | 'not_found' | 'conflict' | 'too_large' | 'unavailable';

export interface SeenFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly bytes: number;
  readonly mode: number;
  readonly modifiedAt: number;
}

/** The way of files, beside the other. */
export interface FilesLink {
  /** What a write order shall put there. Breaks off with an error where it cannot be had whole. */
  fileContent(id: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** The answer to an order; `content`: the bytes of a read. Resolves when they were taken, or nobody wants them any more. */
  fileAnswer(
    id: string,
    answer: FileAnswer,
    content: AsyncIterable<Uint8Array> | null,
    signal: AbortSignal,
  ): Promise<void>;
}
