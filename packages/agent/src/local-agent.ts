import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import type { AgentLink, FilesLink, HostingLink } from '@errand/contract';
import { FileSpool } from './adapters/file-spool.ts';
import { hostFiles } from './adapters/host-files.ts';
import { LocalKeepers } from './adapters/local-keepers.ts';
import { systemClock } from './adapters/system-clock.ts';
import { Agent } from './agent.ts';
import { type Account, baseEnvironment } from './environment.ts';
import { KEEPER_BUILDS, keeperBinary } from './keeper/binary.ts';
import type { LinkVariable } from './module-host/control-plane.ts';
import { HOST_FLAG } from './module-host/host-in-executable.ts';
import type { ModuleHosts } from './module-host/module-hosts.ts';
import { HOST_PROGRAM } from './module-host/program.ts';
import type { Logger } from './ports.ts';
import { AgentScripts } from './scripts/agent-scripts.ts';
import { CodeStore } from './scripts/code-store.ts';
import { describeModules } from './scripts/describe-module.ts';
import { FileOrders } from './sessions/file-orders.ts';
import type { FilePlace } from './sessions/file-place.ts';
import { Hosting } from './sessions/hosting.ts';
import { canHostSessions, LocalSessions } from './sessions/local-sessions.ts';

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
  /** How shipped scripts reach the control plane that they measure. */
  readonly controlPlane?: () => LinkVariable;
}

/** An agent that executes on this machine. Start it with `start()`. */
export function createLocalAgent(options: LocalAgentOptions): Agent {
  const { link, data, name, log, slots, program } = options;
  const keeper = options.keeper ?? ownKeeper();
  const account = options.account ?? localAccount();
  const keepers = new LocalKeepers({
    binary: keeper,
    sockets: options.sockets ?? socketFolder(),
    data,
  });
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
    ...sessionsOf(options, keepers, keeper),
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

/** Warnings of features that are still new in some releases of Node would stand in the log of every call. */
function hostCommand(store: CodeStore): readonly string[] {
  const file = store.keep(Buffer.from(HOST_PROGRAM), '.mjs');
  if (isSea()) return [process.execPath, HOST_FLAG, file];
  return [process.execPath, '--disable-warning=ExperimentalWarning', file];
}

function sessionsOf(
  { link, data, log }: LocalAgentOptions,
  keepers: LocalKeepers,
  binary: string,
): { readonly sessions: Hosting | null; readonly files: FileOrders | null } {
  const { sessions: talk, fileContent, fileAnswer } = link;
  if (talk === undefined || !canHostSessions()) return { sessions: null, files: null };
  const socketOf = (sessionId: string): string => keepers.sessionSocket(sessionId);
  const sessions = new LocalSessions({ data, keepers, binary, socketOf, log });
  const hosting = new Hosting({ sessions: talk }, sessions);
  if (fileContent === undefined || fileAnswer === undefined) return { sessions: hosting, files: null };
  const placeOf = (sessionId: string): FilePlace | null => sessions.filesOf(sessionId);
  return {
    sessions: hosting,
    files: new FileOrders({ link: { fileContent, fileAnswer }, placeOf, log }),
  };
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
