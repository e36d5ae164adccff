import type { CommandModule } from './command.ts';
import type * as OldNames from './old-names.ts';

interface CommandEntry {
  readonly summary: string;
  /** Only the command that was asked for is loaded: starting fast is part of the promise. */
  /** Not in the list of the help: an old name of something that has a better one. */
  readonly hidden?: true;
  readonly load: () => Promise<CommandModule>;
}

/** Every command, in the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: { summary: 'run a command and watch it live', load: () => import('./run.ts') },
  ps: { summary: 'list runs, newest first', load: () => import('./ps.ts') },
  show: { summary: 'show everything known of a run', load: () => import('./show.ts') },
  logs: { summary: 'show what a run wrote', load: () => import('./logs.ts') },
  wait: { summary: 'wait until a run ends', load: () => import('./wait.ts') },
  cancel: { summary: 'end a run and its whole process tree', load: () => import('./cancel.ts') },
  retry: { summary: 'make one more attempt at a finished run', load: () => import('./retry.ts') },
  session: {
    summary: 'make compute on demand, look at it, end it',
    load: () => import('./session.ts'),
  },
  ls: { summary: 'list files in a session', load: () => import('./ls.ts') },
  artifacts: { summary: 'list the files that a run has kept', load: () => import('./artifacts.ts') },
  cp: { summary: 'copy files into a session, or out of it, or from a run', load: () => import('./cp.ts') },
  job: { summary: 'run a document: session, commands, outputs, tear-down', load: () => import('./job.ts') },
  shell: { summary: 'open a shell in a session', load: () => import('./shell.ts') },
  script: { summary: 'register, list and call scripts', load: () => import('./script.ts') },
  up: { summary: 'start a server that stays', load: () => import('./up.ts') },
  agent: { summary: 'serve a pool from this machine', load: () => import('./agent.ts') },
  pool: { summary: 'list pools, set their limits, let agents join them', load: () => import('./pool.ts') },
  group: { summary: 'look at runs on all agents of a pool', load: () => import('./group.ts') },
  key: { summary: 'make, list and revoke keys', load: () => import('./key.ts') },
  audit: { summary: 'show who did what, when and from where', load: () => import('./audit.ts') },
  aws: { summary: 'publish what errand uses at AWS', load: () => import('./aws.ts') },
  login: { summary: 'remember a server and a key for it', load: () => import('./login.ts') },
  config: { summary: 'check a configuration file', load: () => import('./config-check.ts') },
  completion: { summary: 'print a completion script for a shell', load: () => import('./completion.ts') },
  exec: { summary: 'run, by its name in aws-exec', hidden: true, load: () => oldName('exec') },
  rpc: { summary: 'script call, by its name in aws-exec', hidden: true, load: () => oldName('rpc') },
  listdir: { summary: 'list files, as aws-exec did', hidden: true, load: () => oldName('listdir') },
  'auth-new': { summary: 'key new, by its name in aws-exec', hidden: true, load: () => oldName('authNew') },
  'auth-ls': { summary: 'key ls, by its name in aws-exec', hidden: true, load: () => oldName('authLs') },
  'auth-rm': { summary: 'key rm, by its name in aws-exec', hidden: true, load: () => oldName('authRm') },
  version: { summary: 'print the version', load: () => import('./version.ts') },
};

async function oldName(name: keyof typeof OldNames): Promise<CommandModule> {
  return (await import('./old-names.ts'))[name];
}
