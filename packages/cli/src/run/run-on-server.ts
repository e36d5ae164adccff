import { isatty } from 'node:tty';
import type { CreatedRun, Errand, RunCreateInput } from '@errand/sdk';
import { createKey } from './create-key.ts';
import type { RunConfig } from './run-config.ts';

/** Submits the run as an ordinary one: an agent executes it. */
export async function submitToServer(errand: Errand, config: RunConfig): Promise<CreatedRun> {
  const { request, env, cwd } = config;
  return await errand.runs.create(
    {
      ...request,
      ...(Object.keys(env).length === 0 ? {} : { env }),
      ...secretsOf(config),
      ...(cwd === undefined ? {} : { cwd }),
      ...(sendsInput(config) ? { stdin: 'stream' } : {}),
      ...(config.tty ? { tty: terminalSize() } : {}),
    },
    { idempotencyKey: createKey() },
  );
}

/** What is to be masked in all that the run writes, in whatever shape it runs. */
export function secretsOf({ secretEnv }: RunConfig): Pick<RunCreateInput, 'secretEnv'> {
  return Object.keys(secretEnv.values).length === 0 ? {} : { secretEnv: { ...secretEnv.values } };
}

/**
 * Is our standard input sent to the run? A pipe or a file is. A terminal is not, unless asked for: most commands do not read, and what somebody types ahead
 * would be swallowed. A detached run has nobody who could send.
 */
export function sendsInput({ stdin, tty, detach }: RunConfig): boolean {
  if (tty) return true;
  if (stdin === 'never' || detach) return false;
  return stdin === 'always' || !isatty(0);
}

/** Rows and columns of our terminal; the old 24 by 80 where there is none. */
export function terminalSize(): { readonly rows: number; readonly columns: number } {
  const { rows, columns } = process.stdout.isTTY ? process.stdout : process.stderr;
  return { rows: rows || 24, columns: columns || 80 };
}
