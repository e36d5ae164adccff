import type { Lease } from '@errand/contract';

/** Who the commands run as, on which machine: what the system's own login would set. */
export interface Account {
  readonly user: string;
  readonly home: string;
  readonly shell: string;
  readonly path: string;
}

/** On a machine without an agent scripts are executed as root, and what is ours lies there. */
export const MACHINE_ACCOUNT: Account = {
  user: 'root',
  home: '/var/lib/errand',
  shell: '/bin/sh',
  path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/**
 * The whole environment of a command: built, so that nothing of the agent's own gets in. The last two variables are a mark too: by
 * them the processes of an attempt are found when its keeper was killed.
 */
export function environmentOf(lease: Lease, account: Account): Readonly<Record<string, string>> {
  return {
    ...baseEnvironment(account),
    ...ownVariables(lease),
  };
}

/** What the lease says and is. */
export function ownVariables({ env, runId, token }: Lease): Readonly<Record<string, string>> {
  return { ...env, ERRAND_RUN_ID: runId, ERRAND_ATTEMPT: String(token) };
}

/** What every command has, whoever asked for it. */
export function baseEnvironment(account: Account): Readonly<Record<string, string>> {
  return {
    PATH: account.path,
    HOME: account.home,
    USER: account.user,
    LOGNAME: account.user,
    SHELL: account.shell,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
  };
}
