import type { Errand, RunFilter } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { runsTable } from '../run/runs-table.ts';
import { type Command, collect, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface PsOptions extends PlaceFlags {
  readonly status?: readonly string[];
  readonly pool?: string;
  readonly session?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly text?: string;
  readonly owner?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function declare(command: Command, run: Runner): void {
  command
    .option('-s, --status <status>', 'only runs of this status, such as running; repeatable', collect)
    .option('--pool <name>', 'only runs of this pool')
    .option('--session <id>', 'only runs in this session (id, name or subdomain)', idOf)
    .option('--name <text>', 'only runs of this name')
    .option('--tag <text>', 'only runs with this tag; repeatable', collect)
    .option('--text <words>', 'only runs with these words in name, command, script or tags')
    .option('--owner <path>', 'only runs of this owner and below')
    .option('--limit <n>', 'at most this many', '20');
  withPlace(withJson(command)).action(run(act));
  withExamples(command, [
    ['errand ps', 'the latest runs'],
    ['errand ps -s queued -s running', 'what is not over yet'],
    ['errand ps --text "rsync backup"', 'whose command, name or tags have both words'],
    ['errand ps --tag nightly --json', 'one document, for programs'],
  ]);
}

async function act(cli: Cli, options: PsOptions): Promise<number> {
  const filter = filterOf(options);
  const { errand } = await cli.connect(options);
  const { session } = options;
  const pages = errand.runs.pages(
    session === undefined ? filter : { ...filter, session: await sessionId(errand, session) },
  );
  const { value: page } = await pages.next();
  if (options.json === true)
    await cli.stdout.line(JSON.stringify(page ?? { runs: [], nextCursor: null }, null, 2));
  else await cli.stdout.write(runsTable(page?.runs ?? [], { width: cli.stdout.columns, now: Date.now() }));
  if (page?.looked !== undefined && page.nextCursor !== null && page.runs.length < Number(options.limit))
    await cli.stderr.line(
      `errand: looked through the newest ${page.looked} runs only; narrow it down with --tag, --name or --pool to look further back`,
    );
  return EXIT.ok;
}

/** An id stands for itself: the runs of a session are there when it is not any more. */
async function sessionId(errand: Errand, session: string): Promise<string> {
  return /^ses_[0-9a-z]{26}$/.test(session) ? session : (await errand.sessions.get(session)).id;
}

function filterOf({ status, pool, name, tag, text, owner, limit }: PsOptions): RunFilter {
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 500)
    throw new CliError(`--limit takes 1 to 500, not ${limit}`);
  const given = Object.entries({ status, pool, name, tag, text, owner }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...(Object.fromEntries(given) as RunFilter), pageSize: Number(limit) };
}
