import { rmSync } from 'node:fs';
import { createRunFile, spoolPaths } from '../keeper/spool-files.ts';
import type { Keeper } from '../ports.ts';
import { HEALTHY, type HealthSight, notYet } from './session-health.ts';

export interface OneCommand {
  readonly keeper: Keeper;
  /** Path of its files without their endings; they are gone afterwards. */
  readonly prefix: string;
  readonly id: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly envBase?: 'clean' | 'inherit';
  readonly timeoutMs: number;
}

const CAP_BYTES = 64 * 1024;

/** Runs a short command among the processes of a session, and says whether it exited with 0. */
export async function runOnce(command: OneCommand): Promise<HealthSight> {
  const { keeper, prefix, id, argv, cwd, env, envBase = 'clean', timeoutMs } = command;
  const files = Object.values(spoolPaths(prefix));
  for (const file of files) rmSync(file, { force: true });
  createRunFile(prefix, id);
  const ended = new Promise<HealthSight>((resolve) => {
    keeper.onEvent((event) => {
      if (event.kind !== 'ended' || event.id !== id) return;
      const { how } = event.end;
      const ok = how.kind === 'exited' && how.code === 0;
      resolve(ok ? HEALTHY : notYet(`${argv[0] ?? ''} did not exit with 0`));
    });
    void keeper.closed.then(() => resolve(notYet('the keeper of the session is not there')));
  });
  try {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const answer = await keeper.start({
      id,
      prefix,
      argv,
      cwd,
      env: variables,
      envBase,
      capBytes: CAP_BYTES,
      timeoutMs,
      graceMs: 1_000,
    });
    if (answer.kind === 'ended') return notYet(`${argv[0] ?? ''} could not be started`);
    return await ended;
  } finally {
    keeper.forget(id);
    for (const file of files) rmSync(file, { force: true });
  }
}
