import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SpoolEnd } from './spool-end.ts';
import { readRunFile } from './spool-files.ts';

/** What the keeper does and the sh fallback cannot; the script's comments say what each word means. */
export const FALLBACK_MISSING = [
  'streams',
  'times',
  'cap',
  'tail',
  'exact_end',
  'spawn_errors',
  'tree',
  'time_limit',
  'input',
  'terminal',
  'outlives_kill',
  'environment',
] as const;

/** Path of the script; by default that of the repository's keeper package. */
export function fallbackScript(folder?: string): string {
  return `${folder ?? fileURLToPath(new URL('../../../keeper/sh', import.meta.url))}/errand-keeper.sh`;
}

/** A command for the fallback: one process of sh runs it, in a process group of its own. */
export interface FallbackRequest {
  script: string;
  prefix: string;
  argv: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdin?: 'ignore' | 'inherit' | number;
}

/**
 * Runs a command where no build of the keeper exists. It outlives the caller, and its end stands in `prefix.run`. A signal
 * to the group `-pid` ends it; `ended` is undefined when the script was killed before it could record the end.
 */
export function runWithFallback(request: FallbackRequest): {
  pid: number | undefined;
  ended: Promise<SpoolEnd | undefined>;
} {
  const child = spawn('/bin/sh', [request.script, 'run', request.prefix, ...request.argv], {
    detached: true,
    cwd: request.cwd,
    env: request.env,
    stdio: [request.stdin ?? 'ignore', 'ignore', 'ignore'],
  });
  const ended = new Promise<SpoolEnd | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve(readRunFile(request.prefix).end));
  });
  return { pid: child.pid, ended };
}
