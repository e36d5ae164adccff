import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface RetryOptions extends PlaceFlags {
  readonly json?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command
    .argument('<id>', 'id of a finished run', idOf)
    .addHelpText(
      'after',
      '\nRuns that inherited folder and environment from their command line cannot be retried.',
    );
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [['errand retry ID && errand logs -f ID', 'once more, and watch it']]);
}

async function act(cli: Cli, id: string, options: RetryOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const run = await (await errand.runs.get(id)).retry();
  await cli.stdout.line(options.json === true ? JSON.stringify(run, null, 2) : run.id);
  return EXIT.ok;
}
