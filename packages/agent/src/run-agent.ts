import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { systemClock } from './adapters/system-clock.ts';
import type { Agent } from './agent.ts';
import { AgentKey } from './agent-key.ts';
import { lockFolder } from './folder-lock.ts';
import { httpLink } from './http-link.ts';
import { identityOf, makePrivate } from './identity.ts';
import { LinkRefusal } from './link-refusal.ts';
import { createLocalAgent } from './local-agent.ts';
import type { Logger } from './ports.ts';
import { untilAnswered } from './retry.ts';
import { readSecretsFile } from './secrets-file.ts';
import { becomeOwnerOf, untilThere } from './task/beside.ts';
import type { TaskPlace } from './task/task-session.ts';

export interface RunAgentOptions {
  /** Where the control plane is. */
  readonly url: string;
  /** Needed once: the token with which the agent joins. */
  readonly token?: string;
  /** The pool it is meant to serve; the token decides, and another one is an error. */
  readonly pool?: string;
  /** Without one it keeps the name that it has; at first that of the machine. */
  readonly name?: string;
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  /** File of `NAME=value` lines whose values are masked in all that leaves this machine. */
  readonly secretsFile?: string;
  /** Folder of scripts that it offers. */
  readonly scripts?: string;
  /** Refuse every command but those scripts, and shipped ones that `allow` names. */
  readonly onlyScripts?: boolean;
  readonly allow?: readonly string[];
  /** Folder of its own: identity, spool, working directories. */
  readonly data: string;
  readonly program: string;
  readonly log: Logger;
  readonly sockets?: string;
  /** The keeper's build; by default that of the repository for this machine. */
  readonly keeper?: string;
  /** It is the agent of a task of containers. */
  readonly task?: TaskPlace;
  /** Ends the agent; the commands go on. */
  readonly signal: AbortSignal;
}

/** An agent over HTTP, from joining to the signal. Rejects when it cannot serve at all, with a sentence that says what to do. */
export async function runAgent(options: RunAgentOptions): Promise<void> {
  const { task, signal, onlyScripts = false, allow = [] } = options;
  // Alone it would look like a restriction, and everything would be executed.
  if (allow.length > 0 && !onlyScripts)
    throw new Error('--allow is for --only-scripts; without that every command is executed');
  // Keeper and hosts of modules work in folders of their own, where a path that counts from ours leads nowhere.
  const data = resolve(options.data);
  if (task !== undefined) {
    await untilThere(task.socket, signal);
    becomeOwnerOf(task.socket);
  }
  makePrivate(data);
  const lock = await lockFolder(data);
  try {
    await serve({ ...options, data });
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** Only the first step: becomes an agent, where the folder is not one already. */
export async function joinOnly({ url, data, token, pool, name, log }: RunAgentOptions): Promise<void> {
  makePrivate(data);
  const joined = await identityOf({ url, data, name, pool, token });
  log.info(`is the agent ${joined.agentId} of the pool ${joined.pool}`);
}

async function serve(options: RunAgentOptions): Promise<void> {
  const { url, data, slots, labels, program, log, signal } = options;
  const secrets = options.secretsFile === undefined ? [] : readSecretsFile(options.secretsFile);
  const { name: wanted, pool, token } = options;
  const identity = await identityOf({ url, data, name: wanted, pool, token });
  const { name } = identity;
  if (pool !== undefined && pool !== identity.pool) {
    throw new Error(`the agent of ${data} has joined the pool ${identity.pool}, not ${pool}`);
  }
  const instance = randomUUID();
  const key = new AgentKey({ url, data, instance, identity });
  const agent = createLocalAgent({
    link: httpLink({ url, key: () => key.secret, instance }),
    controlPlane: () => ({ url, key: key.secret }),
    ...(options.scripts === undefined ? {} : { scripts: resolve(options.scripts) }),
    onlyScripts: options.onlyScripts ?? false,
    allow: options.allow ?? [],
    data,
    name,
    log,
    slots,
    labels,
    secrets,
    program,
    ...(options.sockets === undefined ? {} : { sockets: options.sockets }),
    ...(options.keeper === undefined ? {} : { keeper: options.keeper }),
    ...(options.task === undefined ? {} : { task: options.task, account: NOBODY_HERE }),
  });
  const over = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([begin(agent, key, options), stopped]);
    if (!signal.aborted) log.info(`serves the pool ${identity.pool} as ${name}`, { slots: agent.slots });
    keepKeyYoung(agent, key, { log, signal: AbortSignal.any([signal, over.signal]) }).catch(() => {});
    await Promise.race([stopped, agent.refused]);
    log.info('stops; commands that run go on, and the next agent of this folder goes on with them', {
      running: agent.running,
    });
  } finally {
    over.abort();
    await agent.stop();
  }
}

/** In a task commands have the user and the environment of the container beside; nobody by that name need be known in this one. */
const NOBODY_HERE = { user: '', home: '/', shell: '/bin/sh', path: '/usr/local/bin:/usr/bin:/bin' } as const;

/** How often the age of the key is looked at. */
const LOOK_EVERY_MS = 3_600_000;

/** A change of the key that was cut off is brought to its end first: only that tells which of the two keys opens the door. */
async function begin(agent: Agent, key: AgentKey, { log, signal }: RunAgentOptions): Promise<void> {
  if (key.isChanging) {
    const waiting = { clock: systemClock, log, random: Math.random, signal };
    await untilAnswered('change its key', () => key.change(Date.now()).catch(unlessRefused), waiting);
  }
  await agent.start();
}

/** The hello that follows says what is wrong. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof LinkRefusal)) throw error;
}

/** Changes the key whenever it is older than the control plane wants it to be. */
async function keepKeyYoung(
  agent: Agent,
  key: AgentKey,
  { log, signal }: Pick<RunAgentOptions, 'log' | 'signal'>,
): Promise<void> {
  const { keyMs } = agent.policy ?? {};
  if (keyMs === undefined) return;
  while (!signal.aborted) {
    await systemClock.sleep(Math.min(keyMs, LOOK_EVERY_MS), signal);
    if (signal.aborted || key.age(Date.now()) < keyMs) continue;
    await key.change(Date.now()).then(
      () => log.info('has changed its key'),
      (error: unknown) =>
        log.warn('could not change its key; the old one stays good', { error: String(error) }),
    );
  }
}
