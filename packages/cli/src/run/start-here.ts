import type * as Keeper from '@errand/agent/keeper';
import type { CreatedRun, Errand } from '@errand/sdk';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../config.ts';
import { keeperFolder } from '../keeper-build.ts';
import { exactArgv, inheritedEnvironment } from './exact-bytes.ts';
import type { RunConfig } from './run-config.ts';

/** A run that the server left to us, and how its command is to be started. */
export interface StartHere {
  readonly errand: Errand;
  readonly run: CreatedRun;
  readonly config: RunConfig;
  readonly how: Pick<Keeper.StartRequest, 'stdin' | 'tty'>;
}

/**
 * Has a keeper of our own start the command, then hands the run over to the server's agent. Answers the connection to that keeper; the command does
 * not depend on it.
 */
export async function startHere(environment: Environment, start: StartHere): Promise<Keeper.KeeperClient> {
  const { errand, run } = start;
  let keeper: Keeper.KeeperClient | undefined;
  try {
    keeper = await launch(environment, start);
    return keeper;
  } finally {
    // Also when it failed: the agent sees how far it came and brings the run to its true end.
    await errand.request('takeOver', { params: { id: run.id } }).catch((error: unknown) => {
      // Nobody would follow the command, nor end it.
      keeper?.kill(attemptId(run), { signal: 9, graceMs: 0, cause: 'canceled' });
      throw error;
    });
  }
}

/** Loads what starts keepers; to be called early, so that it is there when the server has answered. */
export function loadKeeper(): Promise<typeof Keeper> {
  return import('@errand/agent/keeper');
}

/** What the keeper calls an attempt. */
export function attemptId({ id, callerPlace }: CreatedRun): string {
  return `${id}.${callerPlace?.token ?? 1}`;
}

/** By these the agent finds what is left of an attempt whose keeper died. */
function attemptVariables({ id, callerPlace }: CreatedRun): Record<string, string> {
  return {
    ERRAND_RUN_ID: id,
    ERRAND_ATTEMPT: String(callerPlace?.token ?? 1),
    // Beside the files of the attempt, where the agent looks for it.
    ERRAND_RESULT: `${callerPlace?.spool ?? ''}.result`,
  };
}

/** The keeper inherits our folder, environment, limits and descriptor 0, and gives them to the command. */
async function launch(
  environment: Environment,
  { run, config, how }: StartHere,
): Promise<Keeper.KeeperClient> {
  const { callerPlace: place, latest } = run;
  if (place === null)
    throw new CliError('the server did not say where to start the command; is it another version?');
  const { createRunFile, KeeperClient, keeperBinary, launchKeeper } = await loadKeeper();
  const folder = keeperFolder();
  const binary = keeperBinary(folder === undefined ? {} : { folder });
  if (binary === undefined)
    throw new CliError(
      `there is no keeper for ${process.platform}-${process.arch} yet; use a server (ERRAND_URL)`,
    );
  createRunFile(place.spool, attemptId(run));
  const stdin = how.stdin === 'inherit' ? 'inherit' : 'ignore';
  await launchKeeper({
    binary,
    socket: place.keeperSocket,
    stdin,
    once: true,
    env: { ...environment.variables },
  });
  const keeper = await KeeperClient.connect(place.keeperSocket);
  await keeper.start({
    ...how,
    ...inheritedEnvironment(environment, {
      ...config.env,
      ...config.secretEnv.values,
      ...attemptVariables(run),
    }),
    id: attemptId(run),
    prefix: place.spool,
    ...(place.log === place.spool ? {} : { logPrefix: place.log }),
    argv: latest.command === null ? ['/bin/sh', '-c', latest.shell ?? ''] : exactArgv(latest.command),
    cwd: config.cwd ?? '',
    capBytes: latest.maxLogBytes,
    timeoutMs: latest.timeoutMs ?? 0,
    graceMs: latest.graceMs,
    keepChildren: latest.keepChildren,
    ...(environment.openFiles === undefined ? {} : { openFiles: environment.openFiles }),
  });
  return keeper;
}
