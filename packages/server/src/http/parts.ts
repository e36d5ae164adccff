import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Services } from '../services.ts';
import type { GuardOptions } from './guards.ts';
import type { Metrics } from './metrics.ts';
import type { Page } from './page/page.ts';

/** What the listener tells about a connection. */
export interface Connection {
  /** It came over the socket of the data folder. */
  readonly local: boolean;
  /** Where the other end is; absent over the socket. */
  readonly address?: string;
  /** Breaks it off, so that whoever reads an answer knows that it is not whole. */
  readonly hangUp?: () => void;
  /** The body of the request as it comes off the line; without it the request's own is read. */
  readonly body?: AsyncIterable<Uint8Array>;
}

export interface Environment {
  Bindings: Connection;
  Variables: { requestId: string };
}

/** Where the files lie that make another machine an agent. */
export interface AgentFilesOptions {
  /** The folder with the program and the keepers; it may have to be made first. */
  readonly folder: () => Promise<string>;
  /** A folder with executables for machines without Node; null: none are offered. */
  readonly executables: string | null;
  readonly scheme: 'http' | 'https';
}

export interface AppParts {
  readonly services: Services;
  readonly compat: OtherRoutes;
  readonly guards: GuardOptions;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** null: it makes no agents of other machines. */
  readonly agentFiles: AgentFilesOptions | null;
  /** null: this control plane serves no page. */
  readonly page: Page | null;
  readonly draining: AbortSignal;
  /** Resolves when requests can be served well; rejects with the reason otherwise. */
  readonly ready: () => Promise<void>;
}

/** Paths beside the API, such as those of older systems. */
export interface OtherRoutes {
  mount(app: Hono<Environment>, parts: Pick<AppParts, 'guards'>): void;
}
