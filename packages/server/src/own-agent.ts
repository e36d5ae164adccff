import type { AgentLink, AttemptName, Carrier, Lease } from '@errand/contract';

/** Pool of the control plane's own machine. */
export const OWN_POOL = 'local';

/**
 * The control plane's own agent as it is used from here. It is the same agent as everywhere, over an in-process link; who starts the
 * control plane brings it, so that this package does not depend on the agent's.
 */
export interface OwnAgent {
  /** Resolves when it serves. */
  start(): Promise<void>;
  /** Where the `.run` file of an attempt lies in its spool, without the ending. */
  prefixOf(attempt: AttemptName): string;
  /** An attempt whose command a calling command line has started with a keeper of its own: follow it to its end. */
  adopt(attempt: AdoptedAttempt): void;
  /** Ends the agent; commands go on. */
  stop(): Promise<void>;
}

export interface AdoptedAttempt {
  readonly lease: Lease;
  /** Path prefix of the attempt's `.run` file. */
  readonly prefix: string;
  readonly keeperSocket: string;
}

export interface OwnAgentOptions {
  readonly link: AgentLink;
  /** Folder for its spool and its keeper's socket. */
  readonly data: string;
  readonly name: string;
  readonly slots: number;
  /** Version of the program. */
  readonly program: string;
  readonly log: OwnAgentLogger;
  /** The way to machines without an agent; null: there is none. */
  readonly carrier: Carrier | null;
}

export interface OwnAgentLogger {
  info(message: string, about?: Readonly<Record<string, unknown>>): void;
  warn(message: string, about?: Readonly<Record<string, unknown>>): void;
}

export type StartOwnAgent = (options: OwnAgentOptions) => Promise<OwnAgent>;
