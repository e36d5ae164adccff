import type { RunHandle } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-status.ts';
import type { RunConfig } from './run-config.ts';

/** The id of a run that nobody watches: alone on stdout, for scripts. */
export async function printDetached(cli: Cli, run: RunHandle, { output }: RunConfig): Promise<number> {
  await cli.stdout.line(output === 'json' ? JSON.stringify(run.latest, null, 2) : run.id);
  if (cli.stderr.isTerminal) await cli.stderr.line(`errand: errand logs -f ${run.id} shows it`);
  return EXIT.ok;
}
