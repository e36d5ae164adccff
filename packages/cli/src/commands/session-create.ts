import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { createKey } from '../run/create-key.ts';
import { followSession } from '../session/follow-session.ts';
import { filesOf } from '../session/session-assets.ts';
import { type CreateSessionOptions, sessionConfig } from '../session/session-config.ts';
import { type Command, collect, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface CreateOptions extends CreateSessionOptions, PlaceFlags {
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly file?: readonly string[];
}

export function declareCreate(command: Command, run: Runner): void {
  const create = command
    .command('create')
    .description('Make a session, follow its start until it is ready, and print where it is reached.')
    .argument('[command...]', 'what runs in it from its start on')
    .usage('[options] [--] [command...]')
    .passThroughOptions()
    .option('--provider <name>', 'who makes it (process: a folder and processes on an agent’s machine)')
    .option('--template <name>', 'make it of this template of the server')
    .option('--param <name=value>', 'parameter of the template; repeatable', collect)
    .option('--name <text>', 'name, unique among the owner’s')
    .option('--tag <text>', 'tag; repeatable', collect)
    .option('--owner <path>', 'whom it belongs to, such as acme/user-7')
    .option('--shell', 'the command is one text for sh -c');
  withWhat(create);
  withLife(create);
  withPlace(withJson(create)).action(run(act));
  withExamples(create, [
    [
      'errand session create --name web --port 8080 -- ./serve',
      'ready when it runs; $PORT says where to listen',
    ],
    ['errand session create --port 80 --health-path /health -- ./serve', 'ready when /health answers 200'],
    [
      'errand session create --template slicer --param model=7',
      'all but the parameters comes from the server',
    ],
    ['errand session create --idle 10m --max-life 2h', 'a folder to run commands in'],
  ]);
}

/** What it is made of. */
function withWhat(create: Command): void {
  create
    .option('--image <name>', 'image of a container or a machine')
    .option('--size <name>', 'size, in a word of the provider')
    .option('--cpus <n>', 'processors it may use')
    .option('--memory <size>', 'memory it may use, such as 2GB')
    .option('-e, --env <name=value>', 'variable of every command in it; repeatable', collect)
    .option('--secret-env <name>', 'as for errand run; repeatable', collect)
    .option('--port <port>', '80, or 80@ADDRESS:FROM-TO to bind and choose outside; repeatable', collect)
    .option(
      '--file <path=file>',
      'there before anything runs in it; FILE is here, or RUN:PATH of what a run has kept; repeatable',
      collect,
    )
    .option('--volume <name:path>', 'kept over stop and start; repeatable', collect)
    .option('--health-path <path>', 'ready when a GET of this path answers 200')
    .option('--health-body <text>', 'and this text')
    .option('--health-tcp <port>', 'ready when this port takes connections')
    .option('--health-command <text>', 'ready when this text for sh -c exits with 0')
    .option('--pool <name>', 'pool whose agents may make it (local)')
    .option('--agent <id>', 'the one agent that makes it')
    .option('--option <name=value>', 'what only its provider understands; repeatable', collect);
}

/** How long it lives. */
function withLife(create: Command): void {
  create
    .option('--idle <time>', 'stop it when nothing was done in it for this long, or never (30m)')
    .option('--unused <time>', 'delete it when it was stopped for this long, or never (7d)')
    .option('--max-life <time>', 'the longest it runs after a start (24h)')
    .option('--lease <time>', 'how long it outlives a server that is away (30m)')
    .option('--create-timeout <time>', 'give up when it is not made within this (10m)')
    .option('--ready-timeout <time>', 'give up when it is not healthy within this (5m)')
    .option('--no-wait', 'print the id and return at once');
}

async function act(cli: Cli, command: readonly string[], options: CreateOptions): Promise<number> {
  const wish = sessionConfig(command, options, cli.environment.variables);
  const { errand } = await cli.connect(options);
  const files = await filesOf(errand, options.file ?? []);
  const asked = await errand.sessions.create({ ...wish, ...files }, { idempotencyKey: createKey() });
  const json = options.json === true;
  if (options.wait === false) {
    await cli.stdout.line(json ? JSON.stringify(asked, null, 2) : asked.id);
    return 0;
  }
  return await followSession(cli, errand, asked, { json, after: 0, starts: true });
}
