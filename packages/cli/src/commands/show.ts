import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { runText } from '../run/run-text.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface ShowOptions extends PlaceFlags {
  readonly json?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command.argument('<id>', 'id of the run', idOf);
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand show run_01hq…', 'how it is, why it waits or how it ended, where, its attempts'],
    ['errand show --json run_01hq…', 'the same as one document, with its result'],
  ]);
}

async function act(cli: Cli, id: string, options: ShowOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const { latest } = await errand.runs.get(id);
  await cli.stdout.write(
    options.json === true ? `${JSON.stringify(latest, null, 2)}\n` : runText(latest, Date.now()),
  );
  return EXIT.ok;
}
