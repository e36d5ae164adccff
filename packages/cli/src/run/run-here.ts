import type { CreatedRun, Errand, RunHandle } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { createKey } from './create-key.ts';
import { printDetached } from './print-detached.ts';
import type { RunConfig } from './run-config.ts';
import { secretsOf } from './run-on-server.ts';
import { loadKeeper, startHere } from './start-here.ts';
import { watchRun } from './watch-run.ts';

/**
 * The embedded shape: this command line starts the command with a keeper of its own, so that it inherits everything (folder, environment, limits,
 * standard input) and nothing of that is stored; the server's own agent follows it from then on, also when we are gone.
 */
export async function runHere(cli: Cli, errand: Errand, config: RunConfig): Promise<number> {
  if (config.tty) {
    const { runHereInTerminal } = await import('./terminal-here.ts');
    return await runHereInTerminal(cli, errand, config);
  }
  const stdin = config.stdin === 'never' || config.detach ? 'null' : 'inherit';
  const begin = async (): Promise<RunHandle> => {
    const submitted = submitHere(errand, config);
    await Promise.all([submitted, loadKeeper()]);
    const run = await submitted;
    const keeper = await startHere(cli.environment, { errand, run, config, how: { stdin } });
    void keeper.close();
    return run;
  };
  if (config.detach) return await printDetached(cli, await begin(), config);
  return await watchRun(cli, begin, { output: config.output });
}

/** What the server must know to keep the record and to mask the log; folder and environment stay here. */
export async function submitHere(errand: Errand, config: RunConfig): Promise<CreatedRun> {
  const { artifacts } = config.request;
  // Where files are to be kept, the agent must know where they are.
  const cwd = artifacts === undefined || config.cwd === undefined ? {} : { cwd: config.cwd };
  const request = { ...config.request, ...secretsOf(config), ...cwd, caller: true };
  return await errand.runs.create(request, { idempotencyKey: createKey() });
}
