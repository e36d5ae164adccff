import type { Run } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { plainText } from '../output/plain-text.ts';
import { StatusLine } from '../output/status-line.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface CancelOptions extends PlaceFlags {
  readonly kill?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command
    .argument('<id>', 'id of the run', idOf)
    .option('--kill', 'kill at once, without signal and grace')
    .option('--no-wait', 'do not wait until it has ended');
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand cancel run_01hq…', 'TERM to its whole tree, kill after the grace'],
    ['errand cancel --kill ID', 'kill its whole tree now'],
  ]);
}

async function act(cli: Cli, id: string, options: CancelOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  using status = new StatusLine(cli.stderr);
  const handle = await errand.runs.get(id);
  const wasOver = handle.latest.endedAt !== null;
  let run = await handle.cancel({ signal: 'TERM', kill: options.kill === true });
  status.show(`${id}: ending`);
  if (options.wait !== false && run.endedAt === null) run = await handle.wait();
  status.clear();
  if (options.json === true) await cli.stdout.line(JSON.stringify(run, null, 2));
  else await cli.stdout.line(plainText(sentenceOf(run, wasOver)));
  return EXIT.ok;
}

function sentenceOf({ id, end }: Run, wasOver: boolean): string {
  if (end === null) return `${id} is being ended.`;
  return wasOver ? `There was nothing to cancel; ${id} has ended: ${end.sentence}` : end.sentence;
}
