/**
 * What agent and control plane say to each other. Outbound only, from the agent: hello, poll, append, report, and input for runs with
 * standard input; sessions and their files are in the protocols beside. Every call may be repeated. Policy (times, caps, grace) comes from the control plane with the lease.
 *
 * Types only: the agent has no run-time dependency on this package's schemas; `schemas/agent.ts` is held to these types by the compiler.
 */

import type {
  EndReason,
  JsonSchema,
  LogEnd,
  ReportedResult,
  ResultRule,
  ResultSource,
  Stream,
} from '@errand/core/vocabulary';
import type { FileOrder } from './files-protocol.ts';

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

/** A machine without an agent; the control plane's own agent has scripts carried there. */
export interface MachinePlace {
  readonly id: string;
  /** The keeper is there; without it a command is started by sh, and nobody can prove that a tree has ended. */
  readonly keeper: boolean;
}

/** Permission to ask for the start of one attempt, with all that is needed to execute it. */
export interface Lease extends AttemptName {
  /** Id of the session on this machine in which it is executed; null: in none. */
  readonly session?: string | null | undefined;
  /** The session is this container, which the agent's machine reaches through its engine. */
  readonly container?: ContainerPlace | undefined;
  /** The session is this machine. */
  readonly machine?: MachinePlace | undefined;
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
  /** Files of it are kept at its end: while the end is being reported, the control plane gives orders about them. */
  readonly artifacts?: boolean | undefined;
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
      /** Until this is answered its files can be reached by orders that name the run; only said where the lease has `artifacts`. */
      readonly files?: boolean | undefined;
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
