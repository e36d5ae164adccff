import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface LogsOptions extends PlaceFlags {
  readonly follow?: boolean;
  readonly lines?: string;
}

/** What people do inside of a session. */
export function declareInside(command: Command, run: Runner): void {
  const exec = command
    .command('exec')
    .description('Run a command in a session. errand run --session does the same and has more options.')
    .argument('<session>', 'id, name or subdomain of the session', idOf)
    .argument('<command...>', 'program and arguments')
    .passThroughOptions();
  withPlace(withJson(exec)).action(run(actExec));
  withExamples(exec, [['errand session exec web -- ls -l', 'its output, live, and its exit status']]);
  const logs = command
    .command('logs')
    .description('Show what the session’s own command wrote.')
    .argument('<session>', 'id, name or subdomain of the session', idOf)
    .option('-f, --follow', 'and what it writes from now on')
    .option('--lines <n>', 'of a container: only the last n lines (10000)');
  withPlace(logs).action(run(actLogs));
  withExamples(logs, [['errand session logs -f web', 'until the command ends']]);
}

async function actExec(
  cli: Cli,
  session: string,
  command: readonly string[],
  options: PlaceFlags,
): Promise<number> {
  const { actRun } = await import('./run.ts');
  // The session comes first, so what separates options from the command comes behind it.
  const [first = ''] = command;
  if (first.startsWith('-') && first !== '--')
    throw new CliError(`${first} is no program; errand run --session ${session} takes options of a run`);
  const own = first === '--' ? command.slice(1) : command;
  return await actRun(cli, own, { ...options, session });
}

async function actLogs(
  cli: Cli,
  id: string,
  { follow = false, lines, ...place }: LogsOptions,
): Promise<number> {
  const { errand } = await cli.connect(place);
  const session = await errand.sessions.get(id);
  for await (const run of errand.runs.list({ session: session.id, name: 'main' })) {
    if (run.createdBy !== session.id) continue;
    if (lines !== undefined)
      throw new CliError(`--lines is for containers; errand logs --tail BYTES ${run.id}`);
    const { showLogs } = await import('./logs.ts');
    return await showLogs(cli, run.id, { ...place, follow });
  }
  const wish = { follow, lines: lines === undefined ? undefined : linesOf(lines) };
  for await (const { stream, bytes } of errand.sessions.logs(session.id, wish))
    await (stream === 'stdout' ? cli.stdout : cli.stderr).write(bytes);
  return EXIT.ok;
}

function linesOf(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new CliError(`--lines takes a whole number, not ${text}`);
  return Number(text);
}
