import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { plainText } from '../output/plain-text.ts';
import { StatusLine } from '../output/status-line.ts';
import { parseDuration } from '../output/time-text.ts';
import { endingSentence, exitStatusOf, keptSentence } from '../run/ending.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface WaitOptions extends PlaceFlags {
  readonly timeout?: string;
  readonly json?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command
    .argument('<id>', 'id of the run', idOf)
    .option('--timeout <time>', 'wait at most this long, such as 30s; the run goes on (exit status 124)')
    .addHelpText('after', '\nExit status: the command’s own, as errand run would have given it.');
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand wait run_01hq…', 'until it ends, with its exit status'],
    ['errand wait --timeout 30s ID || echo $?', '124 when it still runs then'],
  ]);
}

async function act(cli: Cli, id: string, options: WaitOptions): Promise<number> {
  const timeout = timeoutOf(options);
  const { errand } = await cli.connect(options);
  using status = new StatusLine(cli.stderr);
  const handle = await errand.runs.get(id);
  status.show(`${id}: ${handle.latest.why ?? handle.latest.status}`);
  const run = handle.latest.endedAt === null ? await handle.wait({ timeout }) : handle.latest;
  status.clear();
  if (options.json === true) await cli.stdout.line(JSON.stringify(run, null, 2));
  if (run.endedAt === null) return EXIT.timedOut;
  const { isTerminal } = cli.stderr;
  for (const sentence of [endingSentence(run, isTerminal), keptSentence(run, isTerminal)])
    if (sentence !== null) await cli.stderr.line(`errand: ${plainText(sentence)}`);
  return exitStatusOf(run);
}

function timeoutOf({ timeout }: WaitOptions): number | undefined {
  if (timeout === undefined) return undefined;
  const ms = parseDuration(timeout);
  if (ms === null) throw new CliError(`--timeout takes a duration such as 500ms, 2s or 1.5h, not ${timeout}`);
  return ms;
}
