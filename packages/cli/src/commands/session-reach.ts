import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface ReachOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly port?: string;
  readonly path?: string;
  readonly for?: string;
}

const LEVELS = ['owner', 'team', 'link', 'public'] as const;

/** How the ports of a session are reached, and by whom. */
export function declareReach(command: Command, run: Runner): void {
  const open = command
    .command('open')
    .description('Print a link that lets one browser in to a session: once, within a minute.')
    .argument('<session>', 'id, name or subdomain of the session', idOf)
    .option('-p, --port <port>', 'as the session sees it; its first if not given')
    .option('--path <path>', 'where the browser goes, such as /dashboard');
  withPlace(withJson(open)).action(run(actOpen));
  withExamples(open, [['errand session open web', 'open what it prints in a browser']]);
  const share = command
    .command('share')
    .description('Decide who may reach the ports of a session: owner, team, link or public.')
    .argument('<session>', 'id, name or subdomain of the session', idOf)
    .argument('<level>', LEVELS.join(', '))
    .option('--for <time>', 'how long a link is good, such as 2h; 24h if not given');
  withPlace(withJson(share)).action(run(actShare));
  withExamples(share, [
    ['errand session share web link --for 2h', 'prints the link; the one before it ends'],
    ['errand session share web owner', 'with nobody else any more'],
  ]);
}

async function actOpen(cli: Cli, id: string, options: ReachOptions): Promise<number> {
  const { port, path } = options;
  if (port !== undefined && !/^\d{1,5}$/.test(port))
    throw new CliError('--port must be a number such as 8080');
  const { errand } = await cli.connect(options);
  const opened = await errand.sessions.open(id, {
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(path === undefined ? {} : { path }),
  });
  await cli.stdout.line(options.json === true ? JSON.stringify(opened, null, 2) : opened.link);
  return EXIT.ok;
}

async function actShare(cli: Cli, id: string, word: string, options: ReachOptions): Promise<number> {
  const level = LEVELS.find((each) => each === word);
  if (level === undefined) throw new CliError(`the level must be one of ${LEVELS.join(', ')}, not ${word}`);
  const { errand } = await cli.connect(options);
  const limit = options.for === undefined ? {} : { for: options.for };
  const shared = await errand.sessions.share(id, { level, ...limit });
  await cli.stdout.line(
    options.json === true ? JSON.stringify(shared, null, 2) : (shared.link ?? `Shared with: ${level}.`),
  );
  return EXIT.ok;
}
