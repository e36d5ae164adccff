import type { Answer } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { renderTable } from '../output/table.ts';
import { type Command, collect, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';
import { labelsOf } from './labels.ts';
import { declareSettings } from './pool-settings.ts';

interface PoolOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly expires?: string;
  readonly label?: readonly string[];
  readonly maxSlots?: string;
}

export function declare(command: Command, run: Runner): void {
  const list = command.command('ls').description('List pools.');
  withPlace(withJson(list)).action(run(actList));
  withExamples(list, [['errand pool ls', 'how many runs wait and run in each']]);
  declareSettings(command, run);
  const token = command
    .command('token')
    .description('Make a token with which one agent joins a pool; a new pool is made.')
    .argument('<pool>', 'name of the pool', idOf)
    .option('--expires <time>', 'how long it may be used, such as 1h (24h, which is also the most)')
    .option(
      '--label <key=value>',
      'label that the agent gets, whatever it says of itself; repeatable',
      collect,
    )
    .option('--max-slots <n>', 'the most commands at once that the agent may take');
  withPlace(withJson(token)).action(run(actToken));
  withExamples(token, [
    ['errand pool token build', 'prints what errand agent --token takes'],
    ['errand pool token lab --expires 1h --label gpu=a100 --max-slots 8', 'an agent with limits'],
  ]);
}

async function actList(cli: Cli, options: PoolOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const pools = await errand.pools.list();
  if (options.json === true) {
    await cli.stdout.line(JSON.stringify({ pools }, null, 2));
    return EXIT.ok;
  }
  const rows = pools.map(({ name, agents, online, queued, running, adminOnly, paused, limit }) => [
    name,
    paused ? 'paused' : 'serves',
    `${online}/${agents}`,
    String(queued),
    `${running}${limit === null ? '' : ` of ${limit}`}`,
    adminOnly ? 'admins' : 'all keys',
  ]);
  await cli.stdout.write(
    renderTable(['POOL', 'STATE', 'AGENTS', 'QUEUED', 'RUNNING', 'FOR'], rows, cli.stdout.columns),
  );
  return EXIT.ok;
}

async function actToken(cli: Cli, pool: string, options: PoolOptions): Promise<number> {
  const { errand, place } = await cli.connect(options);
  const token = await errand.pools.createToken(pool, {
    labels: labelsOf(options.label),
    ...(options.expires === undefined ? {} : { expiresIn: options.expires }),
    ...(options.maxSlots === undefined ? {} : { maxSlots: slotsOf(options.maxSlots) }),
  });
  await cli.stdout.line(options.json === true ? JSON.stringify(token, null, 2) : token.token);
  if (cli.stderr.isTerminal && options.json !== true && place.kind === 'server')
    await cli.stderr.write(hintOf(place.url, token));
  return EXIT.ok;
}

/** The environment and not an argument: every user of a machine sees arguments. */
function hintOf(url: string, { token, pool, expiresAt }: Answer<'createJoinToken'>): string {
  const base = url.replace(/\/+$/, '');
  return [
    `errand: good for one agent of the pool ${pool} until ${expiresAt}. On the other machine:`,
    `  curl -fsSL ${base}/agent.sh | ERRAND_JOIN_TOKEN=${token} sh`,
    '',
  ].join('\n');
}

function slotsOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1)
    throw new CliError(`--max-slots takes a number from 1 on, not ${text}`);
  return Number(text);
}
