import { flushCompileCache } from 'node:module';
import type { RunningServer } from '@errand/server';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-status.ts';
import { containerKeepers, publishedKeeper } from '../keeper-build.ts';
import { pageFolder } from '../page-folder.ts';
import { VERSION } from '../version.ts';
import { agentFolder } from './agent-folder.ts';

/** What `errand up` was told. */
export interface ServeConfig {
  readonly data: string;
  readonly socket: string;
  readonly file: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly embedded: boolean;
  readonly dockerHost: string | undefined;
}

/** Serves until a signal or, embedded, until nobody needs it any more. */
export async function serve(cli: Cli, config: ServeConfig): Promise<number> {
  const server = await start(cli, config).catch(asSentence);
  const drain = (): void => void server.drain();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, drain);
  // The terminal it was started from may go; a server stays.
  process.on('SIGHUP', () => undefined);
  // Whoever started it may have stopped reading; that ends no server.
  await greet(cli, server).catch(() => undefined);
  // Node writes its compile cache when a process ends; one that is killed would start slowly again and again.
  flushCompileCache();
  await server.ended;
  return EXIT.ok;
}

/** Where a server in the background has the data folder, it makes room: its commands go on, and we follow them from here. */
async function start(cli: Cli, config: ServeConfig): Promise<RunningServer> {
  const { takeOverFolder } = await import('./take-over-folder.ts');
  return await takeOverFolder(config, () => startOnce(cli, config));
}

async function startOnce(cli: Cli, { file, ...sources }: ServeConfig): Promise<RunningServer> {
  const { readConfigFile, serverConfig, startServer } = await import('@errand/server');
  const { createLocalAgent } = await import('@errand/agent');
  const keeper = await publishedKeeper();
  const keepers = await containerKeepers();
  return await startServer({
    config: serverConfig({ ...sources, file: file === undefined ? {} : readConfigFile(file) }),
    version: VERSION,
    agentFolder: agentFolder(),
    page: pageFolder(),
    showKey: (secret) => taken(cli.stdout.line(`key ${secret}`)),
    keepers,
    startOwnAgent: async (options) =>
      createLocalAgent({
        ...options,
        ...keeper,
        controlPlane: () => ({ url: 'http://localhost', socketPath: sources.socket }),
      }),
  });
}

/** What the server has to say about its start is for people; anything else is a mistake of ours. */
function asSentence(error: unknown): never {
  if (error instanceof Error && error.name === 'ErrandError')
    throw new CliError(error.message, { cause: error });
  throw error;
}

async function greet({ stdout }: Cli, { page, greeting }: RunningServer): Promise<void> {
  if (page === null) return await stdout.line('ready');
  if (greeting?.ticket != null) await stdout.line(`page ${page}/login?ticket=${greeting.ticket}`);
}

function taken(written: Promise<void>): Promise<boolean> {
  return written.then(
    () => true,
    () => false,
  );
}
