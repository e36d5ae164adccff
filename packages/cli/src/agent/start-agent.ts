import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-status.ts';
import { publishedKeeper } from '../keeper-build.ts';
import { VERSION } from '../version.ts';

/** What `errand agent` was told. */
export interface StartAgentConfig {
  readonly url: string;
  readonly token: string | undefined;
  readonly pool: string | undefined;
  readonly name: string | undefined;
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly data: string;
  readonly secretsFile: string | undefined;
  readonly scripts: string | undefined;
  readonly onlyScripts: boolean;
  readonly allow: readonly string[];
}

/** Serves a pool until a signal comes. */
export async function startAgent(cli: Cli, config: StartAgentConfig): Promise<number> {
  const { runAgent } = await import('@errand/agent');
  const { token, pool, name, secretsFile, scripts, ...rest } = config;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const say =
    (level: string) =>
    (message: string, about?: object): void => {
      const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...about });
      // Whoever started it may have stopped reading; that ends no agent.
      void cli.stderr.line(line).catch(() => undefined);
    };
  try {
    await runAgent({
      ...rest,
      ...(await publishedKeeper()),
      ...(token === undefined ? {} : { token }),
      ...(pool === undefined ? {} : { pool }),
      ...(name === undefined ? {} : { name }),
      ...(secretsFile === undefined ? {} : { secretsFile }),
      ...(scripts === undefined ? {} : { scripts }),
      program: VERSION,
      log: { info: say('info'), warn: say('warn') },
      signal: stop.signal,
    });
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  return EXIT.ok;
}
