import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { renderTable } from '../output/table.ts';
import { type Command, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface PoolOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly expiresIn?: string;
}

export function declare(command: Command, run: Runner): void {
  const list = command.command('ls').description('List pools.');
  withPlace(withJson(list)).action(run(actList));
  withExamples(list, [['errand pool ls', 'how many runs wait and run in each']]);
  const token = command
    .command('token')
    .description('Make a token with which one agent joins a pool; a new pool is made.')
    .argument('<pool>', 'name of the pool')
    .option('--expires-in <time>', 'how long it may be used');
  withPlace(withJson(token)).action(run(actToken));
  withExamples(token, [['errand pool token build', 'prints what errand agent --token takes']]);
}

async function actList(cli: Cli, options: PoolOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const pools = await errand.pools.list();
  if (options.json === true) {
    await cli.stdout.line(JSON.stringify({ pools }, null, 2));
    return EXIT.ok;
  }
  const rows = pools.map(({ name, agents, queued, running, adminOnly }) => [
    name,
    String(agents),
    String(queued),
    String(running),
    adminOnly ? 'admins' : 'all keys',
  ]);
  await cli.stdout.write(
    renderTable(['POOL', 'AGENTS', 'QUEUED', 'RUNNING', 'SERVES'], rows, cli.stdout.columns),
  );
  return EXIT.ok;
}

async function actToken(cli: Cli, pool: string, options: PoolOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const { expiresIn } = options;
  const token = await errand.pools.createToken(pool, expiresIn === undefined ? {} : { expiresIn });
  await cli.stdout.line(options.json === true ? JSON.stringify(token, null, 2) : token.token);
  return EXIT.ok;
}
