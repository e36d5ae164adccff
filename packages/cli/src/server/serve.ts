import { flushCompileCache } from 'node:module';
import type { ConfigFile, RunningServer } from '@errand/server';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { fullDisk } from '../connection/full-disk.ts';
import { EXIT } from '../exit-status.ts';
import { containerKeepers, fallbackKeeper, publishedKeeper } from '../keeper-build.ts';
import { pageFolder } from '../page-folder.ts';
import { VERSION } from '../version.ts';
import { agentFolder } from './agent-folder.ts';
import { isConflict } from './is-conflict.ts';

/** What `errand up` was told. */
export interface ServeConfig {
  readonly data: string;
  readonly socket: string;
  readonly file: ConfigFile;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly embedded: boolean;
  readonly dockerHost: string | undefined;
}

/** Serves until a signal or, embedded, until nobody needs it any more. */
export async function serve(cli: Cli, config: ServeConfig): Promise<number> {
  const server = await start(cli, config).catch((error: unknown) => notStarted(config, error));
  if (server === null) return EXIT.folderTaken;
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

async function startOnce(cli: Cli, sources: ServeConfig): Promise<RunningServer> {
  const { serverConfig, startServer } = await import('@errand/server');
  const { createLocalAgent } = await import('@errand/agent');
  const keeper = await publishedKeeper();
  const keepers = await containerKeepers();
  const fallback = await fallbackKeeper();
  return await startServer({
    config: serverConfig(sources),
    version: VERSION,
    agentFolder: agentFolder(),
    page: pageFolder(),
    showKey: (secret) => taken(cli.stdout.line(`key ${secret}`)),
    keepers,
    startOwnAgent: async ({ carrier, ...options }) =>
      createLocalAgent({
        ...options,
        ...keeper,
        ...(carrier === null ? {} : { machines: { carrier, fallback } }),
        controlPlane: () => ({ url: 'http://localhost', socketPath: sources.socket }),
      }),
  });
}

/** What the server has to say about its start is for people, as is a full disk; anything else is a mistake of ours. null: somebody was faster. */
function notStarted({ embedded, data }: ServeConfig, cause: unknown): null {
  if (embedded && isConflict(cause)) return null;
  const sentence = cause instanceof Error && cause.name === 'ErrandError' ? cause.message : null;
  const isRefused = cause instanceof Error && 'code' in cause && cause.code === 'invalid';
  const why = (isRefused ? null : fullDisk(data)) ?? sentence;
  throw why === null ? cause : new CliError(why, { cause });
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
