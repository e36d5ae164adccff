import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { lockFolder } from './folder-lock.ts';
import { httpLink } from './http-link.ts';
import { identityOf } from './identity.ts';
import { createLocalAgent } from './local-agent.ts';
import type { Logger } from './ports.ts';

export interface RunAgentOptions {
  /** Where the control plane is. */
  readonly url: string;
  /** Needed once: the token with which the agent joins. */
  readonly token?: string;
  /** The pool it is meant to serve; the token decides, and another one is an error. */
  readonly pool?: string;
  readonly name?: string;
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Folder of its own: identity, spool, working directories. */
  readonly data: string;
  readonly program: string;
  readonly log: Logger;
  readonly sockets?: string;
  /** The keeper's build; by default that of the repository for this machine. */
  readonly keeper?: string;
  /** Ends the agent; the commands go on. */
  readonly signal: AbortSignal;
}

/** An agent over HTTP, from joining to the signal. Rejects when it cannot serve at all, with a sentence that says what to do. */
export async function runAgent(options: RunAgentOptions): Promise<void> {
  const { data } = options;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(data);
  try {
    await serve(options);
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

async function serve(options: RunAgentOptions): Promise<void> {
  const { url, data, slots, labels, program, log, signal } = options;
  const name = options.name ?? hostname();
  const identity = await identityOf({ url, data, name, token: options.token });
  if (options.pool !== undefined && options.pool !== identity.pool) {
    throw new Error(`the agent of ${data} has joined the pool ${identity.pool}, not ${options.pool}`);
  }
  const agent = createLocalAgent({
    link: httpLink({ url, key: identity.key }),
    data,
    name,
    log,
    slots,
    labels,
    program,
    ...(options.sockets === undefined ? {} : { sockets: options.sockets }),
    ...(options.keeper === undefined ? {} : { keeper: options.keeper }),
  });
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([agent.start(), stopped]);
    if (!signal.aborted) log.info(`serves the pool ${identity.pool} as ${name}`, { slots });
    await stopped;
    log.info('stops; commands that run go on, and the next agent of this folder goes on with them', {
      running: agent.running,
    });
  } finally {
    await agent.stop();
  }
}
