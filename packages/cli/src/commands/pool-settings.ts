import type { Answer, Errand } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { spanText } from '../output/time-text.ts';
import { cpusOf, valueOf } from '../session/session-config.ts';
import { type Command, collect, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface SettingOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly limit?: string;
  readonly limitPerKey?: string;
  readonly lostAfter?: string;
  readonly launch?: string | false;
  readonly image?: string;
  readonly cpus?: string;
  readonly memory?: string;
  readonly option?: readonly string[];
}

/** Adds what shows and sets one pool. */
export function declareSettings(command: Command, run: Runner): void {
  const show = command
    .command('show')
    .description('Show a pool.')
    .argument('<pool>', 'name of the pool', idOf);
  withPlace(withJson(show)).action(run(actShow));
  withExamples(show, [['errand pool show lab', 'its limits, and what waits']]);
  const set = command
    .command('set')
    .description('Set limits of a pool; a new pool is made. What is not named stays.')
    .argument('<pool>', 'name of the pool', idOf)
    .option('--limit <n>', 'how many runs at once; none: no limit')
    .option('--limit-per-key <n>', 'the same for the runs that one key submitted')
    .option('--lost-after <time>', 'how long a run may be unreachable before it counts as lost (5m)')
    .option('--launch <provider>', 'make a session for each run, and end it with the run')
    .option('--image <name>', 'image of each, with --launch docker')
    .option('--cpus <n>', 'processors that each may use')
    .option('--memory <size>', 'memory that each may use, such as 2GB')
    .option('--option <name=value>', 'what only its provider understands; repeatable', collect)
    .option('--no-launch', 'agents come by themselves again');
  withPlace(withJson(set)).action(run(actSet));
  withExamples(set, [
    ['errand pool set lab --limit 8', 'never more than 8 runs at once'],
    ['errand pool set lab --limit none --limit-per-key 2', 'nobody takes all of it'],
    [
      'errand pool set fresh --launch docker --image debian:12 --limit 4',
      'each run in a container of its own, four at a time',
    ],
    ['errand pool set fn --launch lambda --limit 50', 'each run an invocation of a function at AWS'],
  ]);
  const pause = command
    .command('pause')
    .description('Give no run to an agent; what runs goes on.')
    .argument('<pool>', 'name of the pool', idOf);
  withPlace(withJson(pause)).action(run((cli, name, options) => actPause(cli, name, options, true)));
  withExamples(pause, [['errand pool pause lab', 'runs wait until errand pool resume lab']]);
  const resume = command
    .command('resume')
    .description('Let a paused pool go on.')
    .argument('<pool>', 'name of the pool', idOf);
  withPlace(withJson(resume)).action(run((cli, name, options) => actPause(cli, name, options, false)));
  withExamples(resume, [['errand pool resume lab', 'what waited goes to the agents, in order']]);
  const remove = command
    .command('rm')
    .description('Forget a pool that has neither agents nor open runs.')
    .argument('<pool>', 'name of the pool', idOf);
  withPlace(remove).action(run(actRemove));
  withExamples(remove, [['errand pool rm old', 'errand agent rm and errand cancel come first']]);
}

async function actShow(cli: Cli, name: string, options: SettingOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  return await print(cli, await errand.pools.get(name), options);
}

async function actSet(cli: Cli, name: string, options: SettingOptions): Promise<number> {
  const settings = {
    ...(options.limit === undefined ? {} : { limit: limitOf('--limit', options.limit) }),
    ...(options.limitPerKey === undefined
      ? {}
      : { limitPerKey: limitOf('--limit-per-key', options.limitPerKey) }),
    ...(options.lostAfter === undefined ? {} : { lostAfter: options.lostAfter }),
    ...launchOf(options),
  };
  if (Object.keys(settings).length === 0)
    throw new CliError('which setting? Give --limit, --limit-per-key, --lost-after or --launch');
  const { errand } = await cli.connect(options);
  const isKnown = (await errand.pools.list()).some((pool) => pool.name === name);
  const pool = isKnown ? await errand.pools.change(name, settings) : await errand.pools.put(name, settings);
  return await print(cli, pool, options);
}

type Launch = NonNullable<Parameters<Errand['pools']['change']>[1]['launch']>;

/** All of it is set at once: what each run gets is one thing. */
function launchOf({ launch, image, cpus, memory, option }: SettingOptions): {
  readonly launch?: Launch | null;
} {
  const options = option === undefined ? undefined : Object.fromEntries(option.map(valueOf));
  const given = { image, memory, cpus: cpus === undefined ? undefined : cpusOf(cpus), options };
  const wish = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (typeof launch === 'string') return { launch: { provider: launch, ...wish } };
  if (Object.keys(wish).length > 0)
    throw new CliError('--image, --cpus, --memory and --option belong to --launch');
  return launch === false ? { launch: null } : {};
}

async function actPause(cli: Cli, name: string, options: SettingOptions, paused: boolean): Promise<number> {
  const { errand } = await cli.connect(options);
  return await print(cli, await errand.pools.change(name, { paused }), options);
}

async function actRemove(cli: Cli, name: string, options: PlaceFlags): Promise<number> {
  const { errand } = await cli.connect(options);
  await errand.pools.remove(name);
  return EXIT.ok;
}

/** What is out of range is the server's to say. */
function limitOf(option: string, text: string): number | null {
  if (text === 'none') return null;
  if (!/^-?\d{1,15}$/.test(text)) throw new CliError(`${option} takes a whole number or none, not ${text}`);
  return Number(text);
}

async function print(cli: Cli, pool: Answer<'getPool'>, { json }: SettingOptions): Promise<number> {
  await cli.stdout.write(json === true ? `${JSON.stringify(pool, null, 2)}\n` : textOf(pool));
  return EXIT.ok;
}

function textOf(pool: Answer<'getPool'>): string {
  const lines = [
    ['pool', pool.name],
    ['state', pool.paused ? `paused; errand pool resume ${pool.name}` : 'serves'],
    ['limit', pool.limit === null ? 'none' : `${pool.limit} runs at once`],
    ['limit per key', pool.limitPerKey === null ? 'none' : `${pool.limitPerKey} runs at once`],
    ['lost after', spanText(pool.lostAfterMs)],
    ['agents', `${pool.agents}, ${pool.online} of them online`],
    ['runs', `${pool.running} running, ${pool.queued} queued`],
    ['makes', pool.launch === null ? 'nothing; agents come by themselves' : launchText(pool.launch)],
    ['for', pool.adminOnly ? 'admin keys' : 'all keys'],
  ];
  return lines.map(([name = '', value = '']) => `${name.padEnd(14)}${value}\n`).join('');
}

function launchText({ provider, ...wish }: NonNullable<Answer<'getPool'>['launch']>): string {
  return `a session for each run, by ${String(provider)}${Object.keys(wish).length === 0 ? '' : ` ${JSON.stringify(wish)}`}`;
}
