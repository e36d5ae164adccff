import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import type { AgentLink, Carrier, FilesLink, HostingLink } from '@errand/contract';
import { FileSpool } from './adapters/file-spool.ts';
import { hostFiles } from './adapters/host-files.ts';
import { LocalKeepers } from './adapters/local-keepers.ts';
import { systemClock } from './adapters/system-clock.ts';
import { Agent } from './agent.ts';
import { CarriedKeepers } from './carried/carried-keepers.ts';
import { type Account, baseEnvironment } from './environment.ts';
import { KEEPER_BUILDS, keeperBinary } from './keeper/binary.ts';
import type { LinkVariable } from './module-host/control-plane.ts';
import { HOST_FLAG } from './module-host/host-in-executable.ts';
import type { ModuleHosts } from './module-host/module-hosts.ts';
import { HOST_PROGRAM } from './module-host/program.ts';
import type { Keepers, Logger } from './ports.ts';
import { AgentScripts } from './scripts/agent-scripts.ts';
import { CodeStore } from './scripts/code-store.ts';
import { describeModules } from './scripts/describe-module.ts';
import { FileOrders } from './sessions/file-orders.ts';
import type { FilePlace } from './sessions/file-place.ts';
import { Hosting, type Sessions } from './sessions/hosting.ts';
import { canHostSessions, LocalSessions } from './sessions/local-sessions.ts';
import { renewSwitch } from './task/beside.ts';
import { type TaskPlace, TaskSession } from './task/task-session.ts';

export interface LocalAgentOptions {
  /** Without the second half it hosts no sessions, without the third nobody reaches their files. */
  readonly link: AgentLink & Partial<HostingLink & FilesLink>;
  /** Folder of its own: the spool and the working directories. */
  readonly data: string;
  readonly name: string;
  readonly log: Logger;
  readonly slots: number;
  /** Version of the program it is part of. */
  readonly program: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Values that are masked in all that leaves this machine. */
  readonly secrets?: readonly string[];
  /** Folder for sockets, with a short path; by default one of this user in /tmp. */
  readonly sockets?: string;
  /** The way to machines without an agent, and the sh that stands in for the keeper there; by default it reaches none. */
  readonly machines?: { readonly carrier: Carrier; readonly fallback: string };
  /** The keeper's build; by default that of this machine. */
  readonly keeper?: string;
  /** Who the commands run as; by default this user, as the system knows it. */
  readonly account?: Account;
  /** Warm hosts of modules that outlive this agent, and that somebody else ends; by default it has its own. */
  readonly hosts?: ModuleHosts;
  /** Folder of scripts that it offers. */
  readonly scripts?: string;
  /** Refuse every command but these scripts, and shipped ones that are allowed by name. */
  readonly onlyScripts?: boolean;
  readonly allow?: readonly string[];
  /** It is the agent of a task of containers, and of the one session that is there; by default it hosts sessions in folders. */
  readonly task?: TaskPlace;
  /** How shipped scripts reach the control plane that they measure. */
  readonly controlPlane?: () => LinkVariable;
}

/** An agent that executes on this machine. Start it with `start()`. */
export function createLocalAgent(options: LocalAgentOptions): Agent {
  const { link, data, name, log, slots, program } = options;
  const keeper = options.keeper ?? ownKeeper();
  const account = options.account ?? localAccount();
  const here = new LocalKeepers({ binary: keeper, sockets: options.sockets ?? socketFolder(), data });
  const keepers = carriedBeside(here, options);
  const store = new CodeStore(join(data, 'code'));
  const command = hostCommand(store);
  const environment = baseEnvironment(account);
  const scripts = new AgentScripts({
    store,
    folder: options.scripts,
    only: options.onlyScripts ?? false,
    allow: options.allow ?? [],
    link: options.controlPlane ?? null,
    describe: describeModules({ store, command, environment }),
    log,
  });
  return new Agent({
    link,
    ...sessionsOf(options, here, keeper),
    keepers,
    scripts,
    hosting: options.hosts ?? { program: { keeper, command }, files: hostFiles(data) },
    spool: new FileSpool(data),
    clock: systemClock,
    log,
    random: Math.random,
    account,
    secrets: options.secrets ?? [],
    name,
    labels: options.labels ?? {},
    slots,
    program,
  });
}

/** Without a carrier only what is here. */
function carriedBeside(here: LocalKeepers, { machines, data, log }: LocalAgentOptions): Keepers {
  if (machines === undefined) return here;
  const { signal } = new AbortController();
  const waiting = { clock: systemClock, log, random: Math.random, signal };
  return new CarriedKeepers(here, { ...machines, data, waiting });
}

/** Warnings of features that are still new in some releases of Node would stand in the log of every call. */
function hostCommand(store: CodeStore): readonly string[] {
  const file = store.keep(Buffer.from(HOST_PROGRAM), '.mjs');
  if (isSea()) return [process.execPath, HOST_FLAG, file];
  return [process.execPath, '--disable-warning=ExperimentalWarning', file];
}

function sessionsOf(
  options: LocalAgentOptions,
  keepers: LocalKeepers,
  binary: string,
): { readonly sessions: Hosting | null; readonly files: FileOrders | null } {
  const { link, log } = options;
  const { sessions: talk, fileContent, fileAnswer } = link;
  const sessions = talk === undefined ? null : hostedBy(options, keepers, binary);
  const hosting = talk === undefined || sessions === null ? null : new Hosting({ sessions: talk }, sessions);
  // How files are reached without following what others put in their way is Linux's own.
  if (fileContent === undefined || fileAnswer === undefined || process.platform !== 'linux')
    return { sessions: hosting, files: null };
  const placeOf = (sessionId: string, path: string): FilePlace | null =>
    sessions?.filesOf(sessionId, path) ?? null;
  return {
    sessions: hosting,
    files: new FileOrders({ link: { fileContent, fileAnswer }, placeOf, log }),
  };
}

/** null: this machine cannot host any. */
function hostedBy(
  { data, log, task }: LocalAgentOptions,
  keepers: LocalKeepers,
  binary: string,
): Sessions | null {
  const prefix = join(data, 'health');
  if (task !== undefined)
    return new TaskSession({ ...task, prefix, keepers, renew: renewSwitch(binary, log), log });
  if (!canHostSessions()) return null;
  const socketOf = (sessionId: string): string => keepers.sessionSocket(sessionId);
  return new LocalSessions({ data, keepers, binary, socketOf, log });
}

/** Not TMPDIR: an agent started from another shell must find the same keeper. */
export function socketFolder(): string {
  return join('/tmp', `errand-${userInfo().uid}`);
}

/** As the system knows this user, whatever the agent's own environment says. */
function localAccount(): Account {
  const { username, homedir, shell } = userInfo();
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return { user: username, home: homedir, shell: shell ?? '/bin/sh', path };
}

function ownKeeper(): string {
  if (process.platform === 'win32')
    throw new Error('agents do not run on Windows; use Linux, macOS, or Linux within Windows (WSL)');
  const binary = keeperBinary();
  if (binary === undefined) {
    throw new Error(
      `there is no keeper for ${process.platform}-${process.arch}; there is one for ${KEEPER_BUILDS.join(', ')}`,
    );
  }
  return binary;
}
