import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Account } from '../environment.ts';
import type { Logger } from '../ports.ts';
import { PROGRAM } from '../program.ts';
import { readInvitation } from './invitation.ts';
import { type Served, Worker } from './worker.ts';

/** What this program uses of the context that Node's runtime on Lambda gives a handler. */
interface Context {
  getRemainingTimeInMillis(): number;
}

/** The only place that commands of a function can write to. */
const SCRATCH = '/tmp';

let worker: Worker | undefined;

/**
 * The worker function: each asynchronous invocation is an agent for exactly one run. Its package is read-only and has beside this file the
 * keepers and the program of module hosts.
 */
export async function handler(event: unknown, context: Context): Promise<Served> {
  const invitation = readInvitation(event);
  worker ??= newWorker();
  const served = await worker.serve(invitation, context.getRemainingTimeInMillis());
  say('info')('is done with an invitation', { name: invitation.name, ...served });
  return served;
}

function newWorker(): Worker {
  const { LAMBDA_TASK_ROOT: task = '/var/task', PATH: path = '/usr/local/bin:/usr/bin:/bin' } = process.env;
  return new Worker({
    scratch: SCRATCH,
    keeper: join(task, `errand-keeper-linux-${process.arch}`),
    hostCommand: [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      join(task, 'errand-module-host.mjs'),
    ],
    account: accountOf(path),
    program: PROGRAM,
    log: { info: say('info'), warn: say('warn') },
  });
}

/** The home that the system names for the user of functions does not exist. */
function accountOf(path: string): Account {
  const user = userName();
  return { user, home: SCRATCH, shell: '/bin/sh', path };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

function say(level: string): Logger['info'] {
  return (message, fields) => {
    process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
  };
}
