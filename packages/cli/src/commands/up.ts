import type { ConfigFile } from '@errand/server';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { openDataFolder } from '../connection/data-folder.ts';
import { defaultDataFolder, folderAt } from '../connection/place.ts';
import { CONFIG_FILE, readConfig } from '../server/config-file.ts';
import { type Command, type Runner, withExamples } from './command.ts';

interface UpOptions {
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
  readonly config?: string;
  readonly embedded?: boolean;
  readonly socket?: string;
}

export function declare(command: Command, run: Runner): void {
  command
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .option('--port <n>', 'port to listen on (4040); 0 takes a free one')
    .option(
      '--data <dir>',
      'data folder (ERRAND_DATA, else data: of the configuration, else $XDG_STATE_HOME/errand)',
    )
    .option('--config <file>', `configuration (${CONFIG_FILE} of this folder, if there is one)`)
    .addHelpText('after', FIRST_LINES)
    .action(run(act));
  command.addOption(command.createOption('--embedded').hideHelp());
  command.addOption(command.createOption('--socket <path>').hideHelp());
  withExamples(command, [
    ['errand up', 'on this machine, for this machine'],
    ['errand up --config errand.yaml', 'as the file says; flags go over it'],
    ['errand up --port 0 --data ./data', 'a port that is free'],
  ]);
}

const FIRST_LINES = `
Its first line, on its first start only, is an admin key: key err_...; then on every start a link to the
page, good for one sign-in within 10 minutes. Logs go to stderr. INT or TERM ends it; commands go on, and the next
start follows them again.`;

async function act(cli: Cli, options: UpOptions): Promise<number> {
  const { serve } = await import('../server/serve.ts');
  // One in the background is nobody's configured server, whatever lies in the folder where somebody happens to be.
  const file = options.embedded === true ? {} : await readConfig(options.config);
  const folder = openDataFolder(dataOf(cli, options, file), cli.environment);
  return await serve(cli, {
    data: folder.path,
    socket: options.socket ?? folder.socket,
    file,
    host: options.host,
    port: portOf(options),
    embedded: options.embedded === true,
    dockerHost: cli.environment.variables['DOCKER_HOST'] || undefined,
  });
}

/** The more explicit wins, as everywhere: the flag, the environment, the file. */
function dataOf({ environment }: Cli, { data }: UpOptions, file: ConfigFile): string {
  if (data !== undefined) return folderAt(data);
  return environment.data === undefined && file.data !== undefined
    ? file.data
    : defaultDataFolder(environment);
}

function portOf({ port }: UpOptions): number | undefined {
  if (port === undefined) return undefined;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new CliError(`--port takes 0 to 65535, not ${port}`);
  return Number(port);
}
