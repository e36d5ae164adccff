import type { Run, RunFilter } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { describedRun } from '../output/described-run.ts';
import { renderTable, shortened } from '../output/table.ts';
import { agoText, spanText } from '../output/time-text.ts';
import { type Command, collect, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface PsOptions extends PlaceFlags {
  readonly status?: readonly string[];
  readonly pool?: string;
  readonly session?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly owner?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command
    .option('-s, --status <status>', 'only runs of this status, such as running; repeatable', collect)
    .option('--pool <name>', 'only runs of this pool')
    .option('--session <id>', 'only runs in this session (its id)')
    .option('--name <text>', 'only runs of this name')
    .option('--tag <text>', 'only runs with this tag; repeatable', collect)
    .option('--owner <path>', 'only runs of this owner and below')
    .option('--limit <n>', 'at most this many', '20');
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand ps', 'the latest runs'],
    ['errand ps -s queued -s running', 'what is not over yet'],
    ['errand ps --tag nightly --json', 'one document, for programs'],
  ]);
}

async function act(cli: Cli, options: PsOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const pages = errand.runs.pages(filterOf(options));
  const { value: page } = await pages.next();
  if (options.json === true)
    await cli.stdout.line(JSON.stringify(page ?? { runs: [], nextCursor: null }, null, 2));
  else await cli.stdout.write(table(page?.runs ?? [], cli.stdout.columns));
  return EXIT.ok;
}

function filterOf({ status, pool, session, name, tag, owner, limit }: PsOptions): RunFilter {
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 500)
    throw new CliError(`--limit takes 1 to 500, not ${limit}`);
  const given = Object.entries({ status, pool, session, name, tag, owner }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...(Object.fromEntries(given) as RunFilter), pageSize: Number(limit) };
}

/** A command may have a megabyte, which would be the width of every line; `--json` has all of it. */
const MOST_OF_COMMAND = 300;

function table(runs: readonly Run[], width: number): string {
  const now = Date.now();
  const head = ['ID', 'STATUS', 'EXIT', 'CREATED', 'TOOK', 'POOL', 'COMMAND', 'WAITS FOR'];
  const rows = runs.map((run) => [
    run.id,
    run.status,
    run.exitCode === null ? '' : String(run.exitCode),
    agoText(run.createdAt, now),
    run.startedAt === null
      ? ''
      : spanText(Date.parse(run.endedAt ?? new Date(now).toISOString()) - Date.parse(run.startedAt)),
    run.pool,
    shortened(`${run.name === null ? '' : `${run.name}: `}${describedRun(run)}`, MOST_OF_COMMAND),
    run.why ?? '',
  ]);
  // A column that nobody needs takes no room.
  const waits = runs.some(({ why }) => why !== null);
  return renderTable(waits ? head : head.slice(0, -1), rows, width);
}
