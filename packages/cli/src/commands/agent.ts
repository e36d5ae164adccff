import { join } from 'node:path';
import type { Answer } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { defaultDataFolder, folderAt, type PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { renderTable } from '../output/table.ts';
import { declareLife, stateOf } from './agent-life.ts';
import { type Command, collect, type Runner, withExamples, withJson, withPlace } from './command.ts';
import { labelsOf } from './labels.ts';

interface AgentOptions extends PlaceFlags {
  readonly token?: string;
  readonly pool?: string;
  readonly name?: string;
  readonly slots?: string;
  readonly label?: readonly string[];
  readonly secrets?: string;
  readonly scripts?: string;
  readonly onlyScripts?: boolean;
  readonly allow?: readonly string[];
}

export function declare(command: Command, run: Runner): void {
  const start = command.command('start', { isDefault: true }).description('Serve a pool from this machine.');
  start
    .option('--url <url>', 'server to serve (ERRAND_URL)')
    .option('--token <token>', 'from errand pool token; needed the first time only')
    .option('--pool <name>', 'pool to serve; it must be the one of the token')
    .option('--name <text>', 'name of this agent, which it keeps (the name of this machine)')
    .option('--slots <n>', 'commands at once (64)')
    .option('--label <key=value>', 'label of this agent; repeatable', collect)
    .option('--secrets <file>', 'NAME=value lines whose values are masked in all that leaves this machine')
    .option('--scripts <dir>', 'offer the scripts of this folder; their code stays on this machine')
    .option('--only-scripts', 'refuse every other command, whatever the server says')
    .option(
      '--allow <script>',
      'with --only-scripts: a shipped script that may be called too; repeatable',
      collect,
    )
    .option('--data <dir>', 'folder for its identity and what runs (in the data folder)')
    .action(run(actStart));
  withExamples(start, [
    ['errand agent --url https://errand.example.com --token TOKEN', 'join and serve'],
    ['errand agent --scripts ./scripts --only-scripts', 'run what lies in this folder and nothing else'],
  ]);
  const list = command.command('ls').description('List agents.');
  withPlace(withJson(list)).action(run(actList));
  withExamples(list, [['errand agent ls', 'who serves which pool, and since when it is silent']]);
  declareLife(command, run);
}

async function actStart(cli: Cli, options: AgentOptions): Promise<number> {
  const url = options.url ?? cli.environment.url;
  if (url === undefined) throw new CliError('which server? Give --url or ERRAND_URL');
  const { startAgent } = await import('../agent/start-agent.ts');
  return await startAgent(cli, {
    url,
    token: options.token,
    pool: options.pool,
    name: options.name,
    slots: slotsOf(options),
    labels: labelsOf(options.label),
    secretsFile: options.secrets,
    scripts: options.scripts,
    onlyScripts: options.onlyScripts ?? false,
    allow: options.allow ?? [],
    // `agent` in the data folder is that of the server's own agent.
    data:
      options.data === undefined
        ? join(defaultDataFolder(cli.environment), 'outbound-agent')
        : folderAt(options.data),
  });
}

function slotsOf({ slots = '64' }: AgentOptions): number {
  if (!/^\d{1,4}$/.test(slots) || Number(slots) < 1)
    throw new CliError(`--slots takes 1 to 9999, not ${slots}`);
  return Number(slots);
}

async function actList(cli: Cli, options: PlaceFlags & { readonly json?: boolean }): Promise<number> {
  const { errand } = await cli.connect(options);
  const agents = await errand.agents.list();
  if (options.json === true) await cli.stdout.line(JSON.stringify({ agents }, null, 2));
  else await cli.stdout.write(table(agents, cli.stdout.columns));
  return EXIT.ok;
}

function table(agents: Answer<'listAgents'>['agents'], width: number): string {
  const now = Date.now();
  const rows = agents.map((agent) => [
    agent.id,
    agent.name,
    agent.pool,
    stateOf(agent, now),
    `${agent.running}/${agent.slots}`,
    Object.entries(agent.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
  ]);
  return renderTable(['ID', 'NAME', 'POOL', 'STATE', 'BUSY', 'LABELS'], rows, width);
}
